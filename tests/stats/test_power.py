"""Power: what could have been found, against statsmodels and simulation."""

import numpy as np
import pytest
from statsmodels.stats.power import NormalIndPower

from asynceval.stats.power import (
    minimum_detectable,
    questions_needed,
    variance_of_difference,
    variances,
)


def test_mt_bench_finds_a_third_of_a_standard_deviation() -> None:
    """At 80 questions, 5 % and 80 % power: 0.313 standard deviations."""
    assert minimum_detectable(1, 80) == pytest.approx(0.3132, abs=1e-4)
    assert minimum_detectable(4, 80) == pytest.approx(2 * minimum_detectable(1, 80))


def test_against_statsmodels() -> None:
    """It is the normal power of one mean, but for the far tail that no planner counts."""
    effect = minimum_detectable(1, 200, alpha=0.01, power=0.9)
    assert NormalIndPower(ddof=0).power(effect, 200, 0.01, ratio=0) == pytest.approx(0.9, abs=1e-6)


def test_needed_questions_turn_the_detectable_difference_around() -> None:
    """So many find the difference, one less does not; no difference is never found."""
    needed = questions_needed(2.5, 0.4)
    assert needed == 123
    assert minimum_detectable(2.5, needed) <= 0.4 < minimum_detectable(2.5, needed - 1)
    assert questions_needed(2.5, -0.4) == needed
    assert questions_needed(0, 0.4) == 1
    assert questions_needed(1, 0) is None


def test_asking_again_takes_away_the_variance_within_only() -> None:
    """w^2 + s_A^2 / K_A + s_B^2 / K_B."""
    assert variance_of_difference(2) == 2
    assert variance_of_difference(2, (3, 8), (1, 1)) == 13
    assert variance_of_difference(2, (3, 8), (3, 4)) == 5


def test_the_power_is_what_it_says() -> None:
    """The difference that is found with 80 % power is found in 80 % of simulated comparisons."""
    dice = np.random.default_rng(1)
    effect = minimum_detectable(1, 80)
    means = dice.normal(effect, 1, size=(4000, 80)).mean(axis=1)
    assert (means * np.sqrt(80) > 1.959964).mean() == pytest.approx(0.8, abs=0.02)


def test_variances_by_hand() -> None:
    """1, 3 and 5, 9: within (2 + 8) / 2 = 5; across 2 * (2.5^2 + 2.5^2) / 1 = 25; (25 - 5) / 2 = 10."""
    got = variances([("a", 1), ("a", 3), ("b", 5), ("b", 9)])
    assert got is not None
    assert (got.between, got.within) == (10, 5)
    assert got.of_mean(4, 5) == 10 / 4 + 5 / 20


def test_variances_are_found_again() -> None:
    """Simulated variances between and within come out, with unequal repeats."""
    dice = np.random.default_rng(2)
    scores = [
        (str(question), level + dice.normal(0, 1))
        for question, level in enumerate(dice.normal(0, 2, 3000))
        for _ in range(1 + question % 4)
    ]
    got = variances(scores)
    assert got is not None
    assert got.between == pytest.approx(4, rel=0.1)
    assert got.within == pytest.approx(1, rel=0.05)


def test_variances_that_cannot_be_told() -> None:
    """One question, or one score of each, cannot be split; chance alone leaves 0 between."""
    assert variances([("a", 1), ("a", 2)]) is None
    assert variances([("a", 1), ("b", 2)]) is None
    got = variances([("a", 1), ("a", 3), ("b", 1), ("b", 3)])
    assert got is not None
    assert (got.between, got.within) == (0, 2)
