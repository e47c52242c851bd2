"""Labels: a judge's words to a place on a scale of words."""

import pytest

from asynceval.domain.verdict import Score, Unparsed
from asynceval.prompts.labels import read_label

LABELS = ("fail", "pass")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rating: [[pass]]", Score(1)),
        ("Rating: [[fail]]", Score(0)),
        ("rating: **[[PASS]]**", Score(1)),
        ("It runs. [[pass]]", Score(1)),
        ("<think>[[fail]]</think>Rating: [[pass]]", Score(1)),
        ("Rating: [[ pass ]]", Score(1, ("spaced",))),
        ("Rating: 【【pass】】", Score(1, ("full_width",))),
        ("It says [[pass]]. Rating: [[fail]]", Score(0, ("ambiguous",))),
        ("Rating: [[pass]] no, Rating: [[fail]]", Score(0, ("ambiguous",))),
        ("Rating: [[great]]", Unparsed("out_of_range")),
        ("[[pass]] Rating: [[7]]", Unparsed("out_of_range")),
        ("Rating: [[n]]", Unparsed("no_verdict")),
        ("It will pass.", Unparsed("no_verdict")),
        ("", Unparsed("empty")),
        ("<think>[[pass]]", Unparsed("only_reasoning")),
    ],
)
def test_words_with_a_label(text: str, expected: Score | Unparsed) -> None:
    """The last label after "Rating" decides, else the last in brackets; nothing else is one."""
    assert read_label(text, LABELS) == expected


def test_labels_of_any_language() -> None:
    """A label may be a word of any script, and the worst of more than two is 0."""
    assert read_label("结论。Rating: [[合格]]", ("不合格", "合格", "优秀")) == Score(1)
