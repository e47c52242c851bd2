"""Correlations, against scipy."""

from random import Random

import pytest
from scipy import stats

from asynceval.stats.correlation import correlation, kendall, pearson, ranks, spearman


@pytest.mark.parametrize("seed", range(8))
def test_against_scipy(seed: int) -> None:
    """Pearson, Spearman and tau-b are scipy's, with many ties too."""
    dice = Random(seed)
    one = [float(dice.randint(1, 6)) for _ in range(30)]
    other = [value + dice.randint(0, 3) for value in one]
    assert pearson(one, other) == pytest.approx(stats.pearsonr(one, other).statistic)
    assert spearman(one, other) == pytest.approx(stats.spearmanr(one, other).statistic)
    assert kendall(one, other) == pytest.approx(stats.kendalltau(one, other).statistic)
    assert ranks(one) == stats.rankdata(one).tolist()


def test_without_variance_it_is_undefined() -> None:
    """Never 0: nothing is known."""
    for measure in (pearson, spearman, kendall):
        assert measure([1, 1, 1], [1, 2, 3]) is None
        assert measure([1, 2, 3], [0.1, 0.1, 0.1]) is None
        assert measure([], []) is None
        assert measure([1], [2]) is None
        assert measure([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)


def test_the_interval_is_a_bootstrap_over_models() -> None:
    """It is close to scipy's, and both hold the value."""
    dice = Random(3)
    one = [dice.gauss(0, 1) for _ in range(40)]
    other = [value + dice.gauss(0, 1) for value in one]
    got = correlation(pearson, one, other)
    expected = stats.bootstrap(
        (one, other),
        lambda x, y: stats.pearsonr(x, y).statistic,
        paired=True,
        vectorized=False,
        method="percentile",
        n_resamples=2000,
        rng=1,
    )
    assert got is not None and got.interval is not None
    assert got.value == pearson(one, other)
    assert got.n == 40
    assert got.se == pytest.approx(expected.standard_error, rel=0.1)
    low, high = expected.confidence_interval
    assert got.interval == pytest.approx((low, high), abs=0.03)


def test_fewer_than_five_models_are_too_few() -> None:
    """Nothing is said of four."""
    assert correlation(spearman, [1, 2, 3, 4], [1, 2, 3, 4]) is None
    got = correlation(spearman, [1, 2, 3, 4, 5], [1, 2, 3, 4, 5])
    assert got is not None
    assert got.value == pytest.approx(1)
    assert got.interval is None
    assert correlation(spearman, [1, 1, 1, 1, 1], [1, 2, 3, 4, 5]) is None
