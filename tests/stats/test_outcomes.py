"""Outcomes and win rates, by FastChat's rules and by hand."""

import numpy as np
import pytest

from asynceval.stats.outcomes import (
    LOSS,
    TIE,
    WIN,
    Screen,
    average_win_rate,
    pair_outcome,
    record,
    score_outcome,
    win_matrix,
)
from asynceval.stats.proportion import sign_test, wilson


@pytest.mark.parametrize(
    ("one", "other", "outcome"),
    [
        ("A", "B", WIN),
        ("B", "A", LOSS),
        ("tie", "tie", TIE),
        ("A", "A", TIE),
        ("B", "B", TIE),
        ("A", "tie", TIE),
        ("tie", "A", TIE),
        ("B", "tie", TIE),
        ("tie", "B", TIE),
        (None, "A", None),
        ("A", None, None),
        (None, None, None),
    ],
)
def test_only_who_wins_both_games_wins(
    one: Screen | None, other: Screen | None, outcome: float | None
) -> None:
    """Everything else is a tie, and a missing verdict drops the pair."""
    assert pair_outcome(one, other) == outcome


def test_the_higher_score_wins() -> None:
    """Equal scores are a tie."""
    assert [score_outcome(8, 7), score_outcome(7, 7), score_outcome(6.5, 7)] == [WIN, TIE, LOSS]


def test_a_record_by_hand() -> None:
    """Two wins, one loss, one tie, one dropped: adjusted 2.5 of 4."""
    got = record([("a", 1), ("a", 1), ("b", 0), ("b", 0.5), ("c", None)])
    assert (got.win, got.loss, got.tie, got.dropped, got.n) == (2, 1, 1, 1, 4)
    assert (got.win_rate, got.loss_rate, got.win_rate_no_ties) == (0.5, 0.25, 2 / 3)
    assert got.p == 1
    assert got.adjusted is not None
    assert (got.adjusted.value, got.adjusted.n, got.adjusted.dropped) == (0.625, 4, 1)


def test_the_interval_is_over_questions() -> None:
    """Two questions with 1 and 0 twice each give as much as once each: 0, 1/2 or 1."""
    got = record([("a", 1), ("a", 1), ("b", 0), ("b", 0)])
    assert got.adjusted is not None
    assert got.adjusted.interval == pytest.approx((0, 1), abs=0.01)
    assert got.adjusted.se == pytest.approx(np.sqrt(1 / 8), rel=0.05)


def test_of_nothing_all_is_undefined() -> None:
    """No outcome, or ties only, are not a rate of 0."""
    none = record([("a", None)])
    assert (none.n, none.dropped, none.adjusted, none.p) == (0, 1, None, None)
    assert none.win_rate is None and none.loss_rate is None and none.win_rate_no_ties is None
    ties = record([("a", 0.5), ("b", 0.5)])
    assert (ties.win_rate, ties.win_rate_no_ties, ties.p) == (0, None, 1)
    assert ties.adjusted is not None
    assert (ties.adjusted.value, ties.adjusted.se) == (0.5, 0)
    assert ties.adjusted.interval == wilson(0.5, 2)


def test_a_model_that_never_wins_is_not_surely_so() -> None:
    """Five questions lost in both turns are 0 of 5, which leaves up to 43 %."""
    got = record([(q, 0) for q in "abcde" for _ in range(2)]).adjusted
    assert got is not None and got.interval is not None
    assert (got.value, got.n) == (0, 10)
    assert got.interval == pytest.approx((0, 0.434), abs=1e-3)


@pytest.mark.parametrize("repeats", [1, 10])
def test_repeats_make_nothing_surer(repeats: int) -> None:
    """7 of 10 questions won, judged once or ten times alike, have the p of the sign test: 0.34."""
    rows = [(str(q), float(q < 7)) for q in range(10) for _ in range(repeats)]
    assert record(rows).p == pytest.approx(sign_test(7, 3))


def test_the_matrix_of_win_rates() -> None:
    """Both directions are filled, and who never met has no rate."""
    matrix = win_matrix([("x", "y", 1), ("y", "x", 0.5), ("x", "z", 0)], ["x", "y", "z"])
    assert matrix == ((None, 0.75, 0), (0.25, None, None), (1, None, None))
    assert average_win_rate(matrix[0]) == 0.375
    assert average_win_rate([None]) is None
