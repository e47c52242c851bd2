"""Rubrics of a config: their scale, their text, and everything that can be wrong with them."""

from pathlib import Path

import pytest

from asynceval.config.request import load
from asynceval.domain.errors import ConfigError
from asynceval.domain.rubric import TEN, Rubric, Scale
from tests.config.build import MINIMAL, config

WHOLE = """
[[rubrics]]
name = "code"
categories = ["math", "coding"]
labels = ["fail", "pass"]
file = "code.txt"
[[rubrics]]
name = "rest"
scale = [1, 5]
text = "How good?"
"""


def rubric(lines: str) -> str:
    """Return a config with one rubric of these lines."""
    return f'{MINIMAL}[[rubrics]]\nname = "r"\n{lines}\n'


def problems(folder: Path, text: str) -> list[str]:
    """Return what is wrong with a config, as it is shown, without the file's name."""
    path = config(folder, text)
    with pytest.raises(ConfigError) as caught:
        load(path)
    return [str(problem).removeprefix(f"{path}:") for problem in caught.value.problems]


def test_rubrics_are_read_with_their_files(tmp_path: Path) -> None:
    """A rubric has its scale, and its text from the config or from a file beside it."""
    (tmp_path / "code.txt").write_text("\ufeffDoes it run?\n", encoding="utf-8")
    sweep = load(config(tmp_path, MINIMAL + WHOLE)).sweep
    labels = Scale(0, 1, ("fail", "pass"))
    code = Rubric("code", "Does it run?", labels, ("math", "coding"))
    rest = Rubric("rest", "How good?", Scale(1, 5))
    assert sweep.rubrics == (code, rest)
    assert (sweep.rubric("coding"), sweep.rubric("writing")) == (code, rest)
    assert [str(sweep.scale(category)) for category in ("math", "stem")] == ["fail | pass", "1-5"]
    assert load(config(tmp_path)).sweep.scale("stem") == TEN


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ('text = "t"', "has no scale: give scale = [1, 5], or labels"),
        ("scale = [1, 5]", "has no text: give text"),
        ('scale = [1, 5]\nlabels = ["a", "b"]\ntext = "t"', "contradicts scale"),
        ('scale = [1, 5]\ntext = "t"\nfile = "no.txt"', "contradicts text"),
        ('scale = [5, 1]\ntext = "t"', "must be [lowest, highest]"),
        ('scale = [1, 3, 5]\ntext = "t"', "must be [lowest, highest]"),
        ('scale = 5\ntext = "t"', "must be a list"),
        ('labels = ["pass"]\ntext = "t"', "must be two labels or more"),
        ('labels = ["Pass", "pass"]\ntext = "t"', "must be two labels or more"),
        ('labels = ["a", "[b]"]\ntext = "t"', "a label holds no brackets"),
        ('labels = ["a", " b"]\ntext = "t"', "each label has 1 to 24 characters"),
        ('scale = [1, 5]\ntext = ""', "is empty"),
        ('scale = [1, 5]\nfile = "no.txt"', "no such file"),
        ('scale = [1, 5]\nfile = "empty.txt"', "is empty"),
        ('scale = [1, 5]\nfile = "latin.txt"', "is not UTF-8 at byte 2"),
        ('scale = [1, 5]\nfile = "."', "cannot be read"),
        ('scale = [1, 5]\ntext = "t"\nscales = 1', "unknown key; did you mean scale?"),
    ],
)
def test_a_wrong_rubric_is_refused(tmp_path: Path, lines: str, message: str) -> None:
    """Each mistake is named at its key, before anything is asked."""
    (tmp_path / "empty.txt").write_text(" \n", encoding="utf-8")
    (tmp_path / "latin.txt").write_bytes(b"a\xe9")
    found = problems(tmp_path, rubric(lines))
    assert any(message in problem and "rubrics[0]" in problem for problem in found)


def test_rubrics_do_not_share_a_category(tmp_path: Path) -> None:
    """Two rubrics for one category, or for all others, are told with both places."""
    one = '[[rubrics]]\nname = "r"\nscale = [1, 5]\ntext = "t"\n'
    found = problems(tmp_path, MINIMAL + one + one)
    assert any("is for categories without a rubric, as rubrics[0] is" in line for line in found)
    named = one + 'categories = ["math"]\n'
    found = problems(tmp_path, MINIMAL + named + named)
    assert any("is for category math, as rubrics[0] is" in line for line in found)


def test_fastchats_rule_knows_no_rubric(tmp_path: Path) -> None:
    """A scale that FastChat does not have contradicts its rule."""
    text = 'compat = "fastchat"\n' + rubric('scale = [1, 5]\ntext = "t"')
    assert any("knows no rubrics" in problem for problem in problems(tmp_path, text))
