"""The closed form against one baseline is the Bradley-Terry fit."""

from random import Random

import pytest

from asynceval.stats.baseline import against_baseline
from asynceval.stats.games import games
from asynceval.stats.ratings import ratings


def test_it_is_the_fit_of_all_models() -> None:
    """Three models that met the baseline only: values and errors are those of the fit."""
    dice = Random(2)
    outcomes = {
        model: [(str(q), dice.choice([0.0, 0.5, 1.0, 1.0])) for q in range(30) for _ in range(2)]
        for model in "xyz"
    }
    found = ratings(
        games((q, m, "base", outcome) for m, rows in outcomes.items() for q, outcome in rows),
        "base",
    )
    assert found is not None
    for model, rows in outcomes.items():
        got, expected = against_baseline(rows), found.values[found.models.index(model)]
        assert got is not None and expected is not None
        assert got.value + 1000 == pytest.approx(expected.value)
        assert got.se == pytest.approx(expected.se)
        assert got.n == expected.n


def test_by_hand() -> None:
    """10 of 11 are 400 points."""
    got = against_baseline([(str(q), float(q < 10)) for q in range(11)])
    assert got is not None
    assert got.value == pytest.approx(400)


def test_who_won_or_lost_everything_has_no_rating() -> None:
    """It would be infinite; ties only are even, one question has no error."""
    assert against_baseline([("a", 1), ("b", 1)]) is None
    assert against_baseline([("a", 0)]) is None
    assert against_baseline([]) is None
    even = against_baseline([("a", 0.5), ("b", 0.5)])
    assert even is not None
    assert (even.value, even.se, even.interval) == (0, 0, None)
    one = against_baseline([("a", 1), ("a", 0)])
    assert one is not None
    assert (one.value, one.se) == (0, None)
