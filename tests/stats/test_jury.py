"""Juries, by hand."""

import pytest

from asynceval.stats.jury import agreement_with_rest, jury_score, jury_verdict


def test_more_than_half_decide() -> None:
    """Half is not enough: then it is a tie."""
    assert jury_verdict(["A", "A", "B"], "tie") == "A"
    assert jury_verdict(["A", "B"], "tie") == "tie"
    assert jury_verdict(["A", "A", "B", "tie"], "tie") == "tie"
    assert jury_verdict(["tie", "tie", "B"], "tie") == "tie"
    assert jury_verdict([], "tie") is None


def test_scores_are_averaged() -> None:
    """The mean of the judges who gave one."""
    assert jury_score([7, 8, 9.5]) == pytest.approx(24.5 / 3)
    assert jury_score([]) is None


def test_a_judge_is_compared_with_the_others() -> None:
    """Not with a jury that it sits in; on the cells that another has too."""
    good = {1: 1.0, 2: 2.0, 3: 3.0}
    found = agreement_with_rest({"x": good, "y": good, "z": {1: 9.0, 2: 5.0, 3: 1.0, 4: 7.0}})
    assert found["z"] == pytest.approx(-1)
    assert found["x"] is not None
    assert found["x"] < 0
    assert agreement_with_rest({"x": good}) == {"x": None}
