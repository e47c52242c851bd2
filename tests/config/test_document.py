"""A config file is read as TOML, and what is no TOML is told with line and column."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynceval.config.document import SIZE_LIMIT, read
from asynceval.domain.errors import ConfigError


def complaint(path: Path) -> str:
    """Return the text of the error that a file raises."""
    with pytest.raises(ConfigError) as caught:
        read(path)
    return str(caught.value)


@pytest.mark.parametrize(
    "raw", [b'a = "x"\nb = 1\n', b'\xef\xbb\xbfa = "x"\r\nb = 1', b'\ta = "x"\n\tb\t=\t1\n']
)
def test_common_variants_of_a_file_read_the_same(tmp_path: Path, raw: bytes) -> None:
    """A byte order mark, CRLF, tabs and a missing final newline change nothing."""
    path = tmp_path / "c.toml"
    path.write_bytes(raw)
    document = read(path)
    assert document.table == {"a": "x", "b": 1}
    assert document.lines[("b",)] == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = 1\nname = yes\n", '2: column 8: no TOML value; a text needs quotes, as in "yes"'),
        ("a = 1\nb = 2\na = 3\nc = 4\n", "3: column 6: a key is set here for the second time"),
        ("[t]\na = 1\n[t]\n", "3: column 3: a table is declared here for the second time"),
        ("a = {b = 1, b = 2}\n", "1: column 18: a key is set here for the second time"),
        ("a = 1\nb = [1,\n\n", "2: no TOML value"),
        ('a = "x\n', "1: column 7: a text has no closing quote"),
        ('a = "x\x01"\n', "1: column 7: a character that a text may not hold"),
        ("a b = 1\n", "1: column 3: Expected '=' after a key in a key/value pair"),
        ("a = " + "9" * 5000, " a number that is too long"),
        ("a = " + "[" * 100_000, " nested too deeply"),
    ],
)
def test_a_syntax_error_has_its_place(tmp_path: Path, text: str, said: str) -> None:
    """What is no TOML is told with file, line and column, in words."""
    path = tmp_path / "c.toml"
    path.write_text(text, encoding="utf-8")
    assert complaint(path).startswith(f"{path}:{said}")


def test_a_syntax_error_does_not_repeat_the_file(tmp_path: Path) -> None:
    """A message about a key that stands twice does not say what the key is."""
    path = tmp_path / "c.toml"
    path.write_text('["sk-canary-1"]\n["sk-canary-1"]\n', encoding="utf-8")
    assert "canary" not in complaint(path)


def test_bytes_that_are_not_utf_8_are_named(tmp_path: Path) -> None:
    """A file in another encoding is told with line and byte."""
    path = tmp_path / "c.toml"
    path.write_bytes(b"a = 1\nb = '\xe9'\n")
    assert complaint(path) == f"{path}:2: not UTF-8 (byte 12 of the file); save it as UTF-8"


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    """More than one megabyte is no config."""
    path = tmp_path / "c.toml"
    path.write_bytes(b"#" * SIZE_LIMIT)
    assert read(path).table == {}
    path.write_bytes(b"#" * (SIZE_LIMIT + 1))
    assert complaint(path) == f"{path}: larger than 1 MB: this is no config"


def test_a_missing_file_says_where_it_was_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing config is told with the whole path that was tried."""
    monkeypatch.chdir(tmp_path)
    assert complaint(Path("c.toml")) == f"c.toml: no such file; looked for {tmp_path}/c.toml"


@pytest.mark.parametrize("name", [".", "a\0b", "x" * 5000])
def test_a_path_that_cannot_be_read_is_an_error_of_the_user(tmp_path: Path, name: str) -> None:
    """A folder, a zero byte and a name too long for a disk are told without a traceback."""
    assert "cannot be read" in complaint(tmp_path / name)


@given(st.binary(max_size=100) | st.text(alphabet="ab[]{}=,.#\"'\\\n 1é").map(str.encode))
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    """Whatever a file holds, reading it succeeds or raises ConfigError, nothing else."""
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(raw)
    with suppress(ConfigError):
        read(path)


def test_faults_are_told_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Faults become problems with file, line and dotted key, and a key like a secret is masked."""
    path = tmp_path / "c.toml"
    path.write_text("a = 1\n[[b]]\nc = 1\n[[b]]\n", encoding="utf-8")
    error = read(path).error(
        [
            (("b", 1, "x y", "sk-canary-1"), "one"),
            (("b", 0, "c"), "two"),
            (("a",), "three"),
        ]
    )
    assert str(error).split("\n") == [
        f"{path}:1: a: three",
        f"{path}:3: b[0].c: two",
        f"{path}:4: b[1].'x y'.***: one",
    ]
