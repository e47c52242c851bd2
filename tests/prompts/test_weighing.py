"""Weighing: from the probabilities at a verdict to a finer score, worked by hand."""

import pytest

from asynceval.domain.reply import Alternatives
from asynceval.domain.rubric import TEN, Scale
from asynceval.domain.verdict import Choice, Score
from asynceval.prompts.weighing import at_verdict, weighed

ENDED: Alternatives = (("]]", 0.99),)


def near(found: Score | Choice, value: float, mass: float) -> bool:
    """Whether a score is weighted, with this value out of this mass."""
    assert isinstance(found, Score)
    return found.value == pytest.approx(value) and found.mass == pytest.approx(mass)


def test_the_mean_is_over_the_grades_that_are_covered() -> None:
    """Probabilities are renormalised over valid grades, and the covered mass is told."""
    here = (("8", 0.6), ("7", 0.32), ("x", 0.04), ("11", 0.04))
    assert near(weighed(Score(8), [here, ENDED], TEN), (8 * 0.6 + 7 * 0.32) / 0.92, 0.92)


def test_too_little_mass_leaves_the_plain_score() -> None:
    """Below nine tenths, and without any probabilities, the score is plain and flagged."""
    here = (("8", 0.6), ("7", 0.29), ("x", 0.11))
    plain = Score(8, ("spaced", "unweighted"))
    assert weighed(Score(8, ("spaced",)), [here, ENDED], TEN) == plain
    assert weighed(Score(8, ("spaced",)), [], TEN) == plain


def test_ten_as_one_token() -> None:
    """Where 10 is a token of its own, a 1 is the grade 1."""
    here = (("10", 0.7), ("9", 0.2), ("1", 0.1))
    assert near(weighed(Score(10), [here, ENDED], TEN), 10 * 0.7 + 9 * 0.2 + 0.1, 1.0)


def test_ten_as_two_tokens() -> None:
    """Where 1 was said, what comes next tells how much of it is a 10."""
    here = (("1", 0.8), ("9", 0.2))
    after = (("0", 0.9), ("]]", 0.1))
    found = weighed(Score(10), [here, after, ENDED], TEN)
    assert near(found, 10 * 0.72 + 1 * 0.08 + 9 * 0.2, 1.0)


def test_a_one_that_was_not_said_is_unclear() -> None:
    """It may be the beginning of 10, so it is in no grade and not covered."""
    here = (("8", 0.95), ("1", 0.05))
    assert near(weighed(Score(8), [here, ENDED], TEN), 8, 0.95)
    here = (("8", 0.85), ("1", 0.15))
    assert weighed(Score(8), [here, ENDED], TEN) == Score(8, ("unweighted",))


def test_tokens_with_more_than_the_grade() -> None:
    """A token may hold the brackets after a grade, or a space before it; both count for the grade."""
    here = (("8]]", 0.5), ("8", 0.3), (" 8", 0.1), ("7]]", 0.1))
    assert near(weighed(Score(8), [here, ENDED], TEN), 7.9, 1.0)


def test_labels_in_several_tokens() -> None:
    """What begins one label alone is that label, said or not."""
    scale = Scale(0, 1, ("fail", "pass"))
    here = (("pa", 0.7), ("fail", 0.2), ("fa", 0.1))
    assert near(weighed(Score(1), [here, (("ss", 1.0),), ENDED], scale), 0.7, 1.0)


def test_soft_choices() -> None:
    """A choice keeps its winner, and has the probability of A with half of the ties."""
    here = (("A", 0.6), ("C", 0.3), ("B", 0.1))
    found = weighed(Choice("A"), [here, ENDED], None)
    assert isinstance(found, Choice)
    assert found.winner == "A"
    assert found.preference == pytest.approx(0.75)
    assert found.mass == pytest.approx(1.0)
    assert weighed(Choice("A"), [], None) == Choice("A", ("unweighted",))


def test_a_verdict_from_elsewhere_is_not_weighed() -> None:
    """If the tokens say another grade than was read, they are not the verdict's."""
    assert weighed(Score(3), [(("8", 1.0),), ENDED], TEN) == Score(3, ("unweighted",))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["Rating", ": ", "[[", "8", "]]"], "8"),
        (["Rating: [[", "8", "]]"], "8"),
        (["Rating: [[8", "]]"], "8"),
        (["[[", "3", "]] but [[", "9", "]]"], "9"),
        (['{"', "rating", '": ', "7", "}"], "7"),
        (['{"verdict": "', "A", '"}'], "A"),
    ],
)
def test_where_the_verdict_is(said: list[str], expected: str) -> None:
    """The tokens are those after the last opening brackets, or the key of an object."""
    probable: list[Alternatives] = [((token, 0.9), ("~", 0.1)) for token in said]
    found = at_verdict(said, probable)
    assert found[0][0] == (expected, 0.9)
    assert len(found) <= 3


def test_no_verdict_has_no_tokens() -> None:
    """Words without a place for a verdict keep nothing."""
    assert at_verdict(["Fine", "."], [(("Fine", 1.0),), ((".", 1.0),)]) == ()
    assert at_verdict([], []) == ()
