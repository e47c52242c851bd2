"""Holm's correction, against statsmodels."""

from random import Random

import pytest
from statsmodels.stats.multitest import multipletests

from asynceval.stats.holm import holm


@pytest.mark.parametrize("count", [1, 2, 15])
def test_against_statsmodels(count: int) -> None:
    """It is the correction that statsmodels makes, in the order of what was given."""
    dice = Random(count)
    p_values = [dice.random() ** 3 for _ in range(count)]
    assert holm(p_values) == pytest.approx(tuple(multipletests(p_values, method="holm")[1]))


def test_by_hand() -> None:
    """0.01 times 3, 0.04 times 2, and 0.03 is no smaller than those before; never above 1."""
    assert holm([0.04, 0.01, 0.03]) == pytest.approx((0.06, 0.03, 0.06))
    assert holm([0.9, 0.8]) == (1, 1)
    assert holm([]) == ()
