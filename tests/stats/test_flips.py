"""Sign flips, against scipy's permutation test and patterns counted by hand."""

import tracemalloc

import numpy as np
import pytest
from scipy.stats import permutation_test, ttest_1samp

from asynceval.stats.flips import sign_flips


def p_of(*differences: float) -> float:
    return float(sign_flips(np.array(differences)[:, None])[0])


def test_by_hand() -> None:
    """Of the 8 patterns of 1, 2, 3 only two have a sum of 6 or more from 0; of 1, 1 half have."""
    assert p_of(1, 2, 3) == 2 / 8
    assert p_of(1, 1) == 2 / 4
    assert p_of(1, -1) == 1
    assert p_of(-4) == 1
    assert p_of(0, 0, 0) == 1


def test_a_question_without_a_difference_changes_nothing() -> None:
    """A 0 stands for a question on which the two were not compared."""
    assert p_of(1, 2, 3, 0, 0) == p_of(1, 2, 3)


@pytest.mark.parametrize("seed", range(5))
def test_exact_against_scipy(seed: int) -> None:
    """For few questions it is scipy's exact permutation test of paired samples."""
    values = np.random.default_rng(seed).normal(0.4, 1, 10)
    expected = permutation_test((values,), np.mean, permutation_type="samples", n_resamples=np.inf)
    assert p_of(*values) == pytest.approx(expected.pvalue)


def test_all_patterns_take_little_memory() -> None:
    """Sixteen questions of 50 models are 65,536 patterns for 1,225 pairs, and are not held at once."""
    table = np.random.default_rng(2).normal(size=(16, 1225))
    tracemalloc.start()
    sign_flips(table)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 100e6


def test_many_questions_agree_with_the_t_test() -> None:
    """For 80 normal differences the t-test says nearly the same, and columns are told apart."""
    dice = np.random.default_rng(3)
    table = dice.normal([0.0, 0.15, 0.3], 1, size=(80, 3))
    got = sign_flips(table)
    assert got == pytest.approx(ttest_1samp(table, 0).pvalue, abs=0.01)
    assert (got == sign_flips(table)).all()
    assert (got != sign_flips(table, seed=1)).any()


def test_sums_equal_on_paper_are_equal() -> None:
    """0.1 + 0.2 is as far from 0 as 0.3: rounding makes no pattern less extreme."""
    assert p_of(0.1, 0.2, -0.3) == 1
    assert p_of(0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1) == 2 / 2**7


def test_a_p_value_is_never_0() -> None:
    """Drawn patterns cannot show that a difference is impossible."""
    assert sign_flips(np.ones((50, 1)), rounds=99)[0] == 1 / 100
