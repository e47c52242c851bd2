"""Power: what could have been found, against statsmodels and simulation."""

import numpy as np
import pytest
from statsmodels.stats.power import NormalIndPower

from asynceval.stats.flips import sign_flips
from asynceval.stats.power import minimum_detectable, questions_needed


def detectable(variance: float, questions: int, alpha: float = 0.05, power: float = 0.8) -> float:
    """Return what is not None."""
    found = minimum_detectable(variance, questions, alpha=alpha, power=power)
    assert found is not None
    return found


def test_mt_bench_finds_a_third_of_a_standard_deviation() -> None:
    """At 80 questions, 5 % and 80 % power: 0.313 standard deviations."""
    assert detectable(1, 80) == pytest.approx(0.3132, abs=1e-4)
    assert detectable(4, 80) == pytest.approx(2 * detectable(1, 80))


def test_against_statsmodels() -> None:
    """It is the normal power of one mean, but for the far tail that no planner counts."""
    effect = detectable(1, 200, 0.01, 0.9)
    assert NormalIndPower(ddof=0).power(effect, 200, 0.01, ratio=0) == pytest.approx(0.9, abs=1e-6)


def test_needed_questions_turn_the_detectable_difference_around() -> None:
    """So many find the difference, one less does not; no difference is never found."""
    needed = questions_needed(2.5, 0.4)
    assert needed is not None and needed == 123
    assert detectable(2.5, needed) <= 0.4 < detectable(2.5, needed - 1)
    assert questions_needed(2.5, -0.4) == needed
    assert questions_needed(1, 0) is None


def test_fewer_than_six_questions_find_nothing() -> None:
    """With five, all signs alike have p = 0.06, so nothing is promised of them."""
    assert minimum_detectable(1, 5) is None and minimum_detectable(1, 6) is not None
    assert questions_needed(0, 0.4) == questions_needed(0.001, 9) == 6
    least = sign_flips(np.ones((5, 1))), sign_flips(np.ones((6, 1)))
    assert least[1][0] < 0.05 < least[0][0]


def test_the_power_is_what_it_says() -> None:
    """The difference that is found with 80 % power is found in 80 % of simulated comparisons."""
    dice = np.random.default_rng(1)
    effect = detectable(1, 80)
    means = dice.normal(effect, 1, size=(4000, 80)).mean(axis=1)
    assert (means * np.sqrt(80) > 1.959964).mean() == pytest.approx(0.8, abs=0.02)
