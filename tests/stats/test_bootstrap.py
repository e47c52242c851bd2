"""The bootstrap over questions: who is drawn, and what the draws come to."""

from random import Random

import numpy as np
import pytest

from asynceval.stats.bootstrap import bootstrap_mean, percentiles, question_weights
from asynceval.stats.mean import clustered_mean


def test_every_round_draws_as_many_questions_as_there_are() -> None:
    """A round's weights add up to the number of questions, and rounds differ."""
    weights = question_weights(7, rounds=50, seed=3)
    assert weights.shape == (50, 7)
    assert (weights.sum(axis=1) == 7).all()
    assert len(np.unique(weights, axis=0)) > 40


def test_each_stratum_keeps_its_number() -> None:
    """With strata every round has as many questions of each as there are."""
    strata = np.array([0, 1, 0, 1, 1])
    weights = question_weights(5, rounds=30, seed=3, strata=strata)
    assert (weights[:, strata == 0].sum(axis=1) == 2).all()
    assert (weights[:, strata == 1].sum(axis=1) == 3).all()


def test_the_seed_repeats_the_draws() -> None:
    """The same seed gives the same weights, another seed others."""
    one, same, other = (question_weights(9, rounds=9, seed=seed) for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()


def test_percentiles_hold_the_middle() -> None:
    """Of 0 to 1000 the middle 95 % are 25 to 975, and what is undefined is left out."""
    draws = np.arange(1001.0)
    assert percentiles(draws) == pytest.approx((25, 975))
    assert percentiles(draws, 0.8) == pytest.approx((100, 900))
    assert percentiles(np.append(draws, np.nan)) == pytest.approx((25, 975))
    assert percentiles(np.array([np.nan])) is None


def test_a_question_brings_all_its_scores() -> None:
    """Unlike the plain bootstrap it has the clustered standard error, whatever the clusters' sizes."""
    dice = Random(5)
    scores = []
    for question in range(60):
        level = dice.gauss(9, 1)
        scores += [(str(question), level + dice.gauss(0, 0.3)) for _ in range(dice.randint(1, 3))]
    got, expected = bootstrap_mean(scores, rounds=4000), clustered_mean(scores)
    assert got is not None and expected is not None
    assert got.se is not None and expected.se is not None
    assert got.value == pytest.approx(expected.value)
    assert got.se == pytest.approx(expected.se, rel=0.05)
    assert got.interval == pytest.approx(expected.interval, abs=0.05)
    assert (got.n, got.seed) == (len(scores), 0)


def test_degenerate_cases() -> None:
    """Nothing has no mean, one question no spread, equal scores no interval."""
    assert bootstrap_mean([]) is None
    one = bootstrap_mean([("a", 1), ("a", 3)])
    assert one is not None
    assert (one.value, one.se, one.interval) == (2, None, None)
    equal = bootstrap_mean([("a", 3), ("b", 3)], dropped=4)
    assert equal is not None
    assert (equal.se, equal.interval, equal.dropped) == (0, None, 4)
