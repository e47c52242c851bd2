"""Ratings: the scale, its anchor, models that cannot be rated, and what a draw of questions changes."""

from math import log, sqrt

import numpy as np
import pytest

from asynceval.stats.bradley_terry import ELO, sandwich, strengths
from asynceval.stats.estimate import Estimate
from asynceval.stats.games import Games, games
from asynceval.stats.ratings import Ratings, bootstrap_ratings, ratings
from tests.stats.test_bradley_terry import drawn

CIRCLE = [("a", "x", "y", 1.0), ("b", "y", "z", 1.0), ("c", "z", "x", 1.0)]


def of(found: Ratings | None, model: str) -> Estimate:
    """Return a model's rating, which there must be."""
    assert found is not None
    value = found.values[found.models.index(model)]
    assert value is not None
    return value


def fitted(rows: Games, anchor: str | None = None) -> Ratings:
    found = ratings(rows, anchor)
    assert found is not None
    return found


def test_the_anchor_has_1000_points() -> None:
    """Without a doubt, and the others are so many points above or below."""
    rows = drawn(1)
    found = fitted(rows, "m2")
    t = strengths(rows.wins())
    assert (of(found, "m2").value, of(found, "m2").se) == (1000, 0)
    assert of(found, "m0").value == pytest.approx(1000 + 400 / log(10) * (t[0] - t[2]))
    assert found.ridge == 0
    assert found.components == (rows.models,)


def test_an_error_is_that_of_the_difference_from_the_anchor() -> None:
    """With the covariance of both: c'Cov c, and Student's t for the questions."""
    rows = drawn(1)
    got = of(fitted(rows, "m2"), "m0")
    covariance = sandwich(rows, rows.wins(), strengths(rows.wins()))
    variance = covariance[0, 0] + covariance[2, 2] - 2 * covariance[0, 2]
    assert got.se == pytest.approx(ELO * sqrt(variance))
    assert got.se is not None and got.interval is not None
    assert got.interval[1] - got.value == pytest.approx(2.0226909 * got.se, rel=1e-6)
    assert got.n == int(((rows.first == 0) | (rows.second == 0)).sum())


def test_without_an_anchor_the_mean_has_1000_points() -> None:
    """Differences are the same, whatever is the anchor."""
    rows = drawn(1)
    free, bound = fitted(rows), fitted(rows, "m2")
    assert np.mean([of(free, model).value for model in rows.models]) == pytest.approx(1000)
    one, other = free.difference("m0", "m4"), bound.difference("m0", "m4")
    assert one is not None and other is not None
    assert one.value == pytest.approx(other.value)
    assert one.se == pytest.approx(other.se)
    to_anchor = free.difference("m0", "m2")
    assert to_anchor is not None
    assert to_anchor.value == pytest.approx(of(bound, "m0").value - 1000)
    assert to_anchor.se == pytest.approx(of(bound, "m0").se)


def test_a_model_differs_from_itself_by_nothing() -> None:
    """0, without a doubt."""
    got = fitted(drawn(1)).difference("m1", "m1")
    assert got is not None
    assert (got.value, got.se) == (0, 0)


def test_a_model_that_never_wins_is_last_and_has_no_interval() -> None:
    """The ridge gives it a rating, which is said, and which tells the order only."""
    found = fitted(games([*CIRCLE, ("a", "x", "w", 1.0), ("b", "y", "w", 1.0)]), "x")
    assert found.ridge == 0.5
    assert set(map(frozenset, found.components)) == {frozenset("xyz"), frozenset("w")}
    assert of(found, "w").value < min(of(found, each).value for each in "xyz")
    assert (of(found, "w").se, of(found, "w").interval) == (None, None)
    assert of(found, "y").se is not None
    lost = found.difference("y", "w")
    assert lost is not None
    assert (lost.value > 0, lost.interval) == (True, None)


def test_the_scale_is_that_of_the_largest_component() -> None:
    """A model that never wins does not move the others' 1000, and an anchor that never wins keeps it."""
    rows = games([*CIRCLE, ("a", "x", "w", 1.0)])
    found = fitted(rows)
    assert np.mean([of(found, each).value for each in "xyz"]) == pytest.approx(1000)
    assert of(found, "w").se is None
    anchored = fitted(rows, "w")
    assert of(anchored, "w").value == 1000
    assert of(anchored, "x").se is None


def test_a_model_that_nobody_met_has_no_rating() -> None:
    """Nor have two that met each other only, and neither is an error for the rest."""
    found = fitted(games([*CIRCLE, ("a", "u", "v", 0.5)], models=("alone",)), "x")
    rated = {model for model, value in zip(found.models, found.values, strict=True) if value}
    assert rated == set("xyz")
    assert found.ridge == 0
    assert found.difference("x", "u") is None
    assert of(fitted(games([*CIRCLE, ("a", "u", "v", 0.5)]), "u"), "v").value == 1000


def test_questions_of_games_elsewhere_count_for_nothing() -> None:
    """The errors rest on the questions of the games that bind a model to the anchor."""
    rows = [(str(q), "x", "y", float(q % 3 > 0)) for q in range(9)]
    alone = of(fitted(games(rows), "x"), "y")
    beside = of(fitted(games([*rows, *((f"{q}!", "u", "v", 0.5) for q in range(90))]), "x"), "y")
    assert (beside.se, beside.interval) == (alone.se, alone.interval)


def test_degenerate_cases() -> None:
    """No game, one question, ties only."""
    assert ratings(games([], models=("x",))) is None
    assert bootstrap_ratings(games([], models=("x",))) is None
    one = fitted(games([("a", "x", "y", 1.0), ("a", "y", "x", 1.0)]))
    assert (of(one, "x").value, of(one, "x").se) == (1000, None)
    ties = fitted(games([("a", "x", "y", 0.5), ("b", "y", "x", 0.5)]))
    assert (of(ties, "y").value, of(ties, "y").se) == (1000, 0)


def test_the_bootstrap_agrees_with_the_sandwich() -> None:
    """Two ways to the same uncertainty: spreads within a few percent, the same ratings."""
    rows = drawn(3, questions=80)
    one, other = fitted(rows, "m0"), bootstrap_ratings(rows, "m0", rounds=600, seed=4)
    for model in rows.models[1:]:
        exact, found = of(one, model), of(other, model)
        assert found.value == exact.value
        assert found.se == pytest.approx(exact.se, rel=0.15)
        assert found.interval == pytest.approx(exact.interval, abs=exact.se)
        assert found.seed == 4
    assert (of(other, "m0").value, of(other, "m0").se) == (1000, 0)


def test_a_draw_that_connects_nothing_is_no_error() -> None:
    """Few questions leave some draws with a model that never wins; they are fitted all the same."""
    found = bootstrap_ratings(games([*CIRCLE, *CIRCLE]), "x", rounds=50)
    interval = of(found, "y").interval
    assert interval is not None
    assert interval[0] < 1000 < interval[1]


def test_a_rating_without_an_interval_gets_none_from_draws() -> None:
    """What is infinite on all questions is not made finite by drawing some of them."""
    rows = games([*CIRCLE, ("a", "x", "w", 1.0)])
    assert of(bootstrap_ratings(rows, "x", rounds=20), "w").interval is None
