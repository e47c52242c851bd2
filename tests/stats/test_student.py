"""Student's t and the normal distribution, against scipy's."""

import pytest
from scipy import stats

from asynceval.stats.student import t_quantile, t_tails, z_quantile, z_tails

FREEDOMS = [*range(1, 40), 79, 319, 1000, 1001, 5000]


@pytest.mark.parametrize("share", [0.51, 0.8, 0.975, 0.995])
def test_quantiles_are_those_of_scipy(share: float) -> None:
    """Quantiles are exact for few questions and for many."""
    for freedom in FREEDOMS:
        assert t_quantile(freedom, share) == pytest.approx(stats.t.ppf(share, freedom), rel=1e-6)
    assert t_quantile(79) == pytest.approx(1.9904502, abs=1e-7)


@pytest.mark.parametrize("t", [-3.0, 0.0, 0.1, 1.0, 2.0, 5.0, 20.0])
def test_tails_are_those_of_scipy(t: float) -> None:
    """Two-sided p-values are exact up to 1000 degrees, and close to it beyond."""
    for freedom in FREEDOMS:
        expected = 2 * stats.t.sf(abs(t), freedom)
        assert t_tails(t, freedom) == pytest.approx(
            expected, abs=1e-12 if freedom <= 1000 else 3e-4
        )


def test_the_normal_distribution_is_that_of_scipy() -> None:
    """Quantile and two-sided tails."""
    assert z_quantile(0.9) == pytest.approx(stats.norm.ppf(0.9))
    assert z_tails(-1.3) == pytest.approx(2 * stats.norm.sf(1.3))
