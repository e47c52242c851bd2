"""Verdicts as JSON: what of a judge's words is read, and what is left to the rules of text."""

import pytest

from asynceval.domain.rubric import TEN, Scale
from asynceval.domain.verdict import Choice, Score, Unparsed
from asynceval.prompts.structured import read_object, structured

LABELS = Scale(0, 1, ("fail", "pass"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"explanation": "Good.", "rating": 8}', Score(8)),
        ('```json\n{"rating": 8}\n```', Score(8)),
        ('So {x}: {"rating": 3} and in the end {"explanation": "a } b", "rating": 9}', Score(9)),
        ('{"rating": "7"}', Score(7)),
        ('{"rating": 7.5}', Score(7.5, ("fractional",))),
        ('{"why": {"rating": 2}, "rating": 6, "parts": {"style": 1}}', Score(6)),
        ('<think>{"rating": 1}</think>{"rating": 5}', Score(5)),
        ('{"rating": 11}', Unparsed("out_of_range")),
        ('{"rating": 0}', Unparsed("out_of_range")),
        ('{"rating": true}', Unparsed("no_verdict")),
        ('{"rating": null}', Unparsed("no_verdict")),
        ('{"rating": "high"}', Unparsed("no_verdict")),
        ('{"score": 8}', None),
        ("[8]", None),
        ("Rating: [[8]]", None),
        ('{"rating": 8', None),
        ("{" * 1000, None),
        ("", None),
    ],
)
def test_grades(text: str, expected: Score | Unparsed | None) -> None:
    """The last object with a rating decides; without one the words are read as text."""
    assert read_object(text, TEN) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"verdict": "A"}', Choice("A")),
        ('{"verdict": " b "}', Choice("B")),
        ('{"verdict": "C"}', Choice("tie")),
        ('{"verdict": "tie"}', Choice("tie")),
        ('{"verdict": "both"}', Unparsed("no_verdict")),
        ('{"verdict": 1}', Unparsed("no_verdict")),
        ('{"rating": 8}', None),
    ],
)
def test_choices(text: str, expected: Choice | Unparsed | None) -> None:
    """A verdict is A, B, or C for a tie."""
    assert read_object(text, None) == expected


def test_labels() -> None:
    """A label counts as its place, in whatever case."""
    assert read_object('{"rating": "Pass"}', LABELS) == Score(1)
    assert read_object('{"rating": 1}', LABELS) == Unparsed("out_of_range")
    assert structured(LABELS).endswith('"rating": one of "fail", "pass"}')


def test_the_form_that_is_asked_for_is_no_verdict() -> None:
    """A judge that repeats what it was asked for has given none."""
    for scale in (TEN, LABELS, None):
        assert not isinstance(read_object(structured(scale), scale), Score | Choice)
