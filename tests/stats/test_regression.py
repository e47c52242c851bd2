"""The clustered regression, against statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm

from asynceval.stats.regression import regression


@pytest.mark.parametrize("seed", range(4))
def test_against_statsmodels(seed: int) -> None:
    """Coefficients and CR1 covariance are those of OLS clustered by question."""
    dice = np.random.default_rng(seed)
    questions = dice.integers(0, 20, 150)
    x = np.column_stack([np.ones(150), dice.normal(size=150), dice.random(150) < 0.3])
    y = x @ [1, 2, -1] + dice.normal(size=20)[questions] + dice.normal(size=150)
    got = regression(y, x, questions)
    fit = sm.OLS(y, x).fit(
        cov_type="cluster", cov_kwds={"groups": questions, "use_correction": False}
    )
    assert got is not None
    assert got.coefficients == pytest.approx(fit.params)
    assert got.covariance == pytest.approx(fit.cov_params() * 20 / 19)
    assert got.clusters == 20


def test_what_cannot_be_told_apart_is_undefined() -> None:
    """Columns that depend on each other, or one question only."""
    x = np.array([[1.0, 2], [1, 2], [1, 2]])
    y = np.array([1.0, 2, 3])
    assert regression(y, x, np.array([0, 1, 2])) is None
    assert regression(y, x[:, :1], np.array([0, 0, 0])) is None
    assert regression(y, x[:, :1], np.array([0, 0, 2])) is not None
