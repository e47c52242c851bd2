"""Proportions and the sign test, against scipy's binomial test."""

import pytest
from scipy.stats import binomtest

from asynceval.stats.proportion import sign_test, wilson


@pytest.mark.parametrize(("hits", "n"), [(0, 5), (5, 5), (1, 1), (2, 23), (40, 80), (700, 1000)])
def test_the_interval_is_wilsons(hits: int, n: int) -> None:
    """It is the one that scipy gives, at the ends too."""
    expected = binomtest(hits, n).proportion_ci(method="wilson")
    assert wilson(hits / n, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_the_papers_attack() -> None:
    """2 of 23 is 8.7 %, and may be anything from 2 to 27 %."""
    assert [round(end, 2) for end in wilson(2 / 23, 23)] == [0.02, 0.27]


@pytest.mark.parametrize(
    ("one", "other"), [(0, 1), (3, 3), (10, 2), (2, 10), (51, 29), (5200, 5000)]
)
def test_the_sign_test_is_the_binomial_test(one: int, other: int) -> None:
    """At one half, two-sided, exact for large numbers too."""
    assert sign_test(one, other) == pytest.approx(
        binomtest(one, one + other).pvalue, rel=1e-9, abs=1e-300
    )


def test_of_no_votes_there_is_no_test() -> None:
    """Undefined is None."""
    assert sign_test(0, 0) is None
