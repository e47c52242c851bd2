"""Names as file names."""

import re
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from asynceval.store.names import slug

_SAFE = re.compile(r"[a-z0-9._-]{1,60}")
_AWKWARD = [
    "../../etc/passwd",
    "a/b",
    "..",
    ".",
    "",
    "CON",
    "con",
    "nul.txt",
    "NUL.0",
    "lpt9",
    "x" * 300,
    "nul\x00byte",
    "🤖",
    "-rf",
    "ends.",
    "two\nlines",
    "C:\\x",
    " ",
    "\ud83d",
    "ＣＯＮ",
]
_names = (
    st.text(max_size=80)
    | st.text("aA./\\-_ :é", max_size=12)
    | st.sampled_from(_AWKWARD)
    | st.text("abc123-._", min_size=1, max_size=61)
)


@given(_names)
def test_safe(name: str) -> None:
    """Any name becomes a short, lower-case file name that no system treats in a special way."""
    made = slug(name)
    assert _SAFE.fullmatch(made)
    assert made[0] not in ".-"
    assert not made.endswith(".")
    assert made.split(".")[0] not in {"con", "prn", "aux", "nul", "com1", "lpt9"}
    assert Path(made).name == made


@given(_names, _names)
def test_injective(one: str, other: str) -> None:
    """Different names become different file names, also where a disk takes A for a."""
    assume(one != other)
    assert slug(one).casefold() != slug(other).casefold()


@given(_names)
def test_case(name: str) -> None:
    """Names that differ in case alone do not meet."""
    assume(name.upper() != name.lower())
    assert slug(name.upper()) != slug(name.lower())


@pytest.mark.parametrize("name", _AWKWARD)
def test_awkward(tmp_path: Path, name: str) -> None:
    """A file can be made under the name, inside the folder it is meant for."""
    path = tmp_path / slug(name)
    path.write_text(name.encode("utf-8", "replace").decode())
    assert path.resolve().parent == tmp_path.resolve()


@pytest.mark.parametrize("name", ["qwen3-8b", "gpt-4.1", "a", "x" * 60, "console", "sim_s50"])
def test_plain(name: str) -> None:
    """A plain name can be recognised: it stays as it is."""
    assert slug(name) == name


def test_readable() -> None:
    """What is readable of an odd name is kept in front of the hash."""
    assert slug("Qwen/Qwen3-8B").startswith("qwen-qwen3-8b-")
