"""Separability and forecasts, by hand, against scikit-learn and scipy."""

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import brier_score_loss, log_loss

from asynceval.stats.separability import (
    Standing,
    brier,
    confidence_agreement,
    order_agreement,
    separability,
)


def test_separability_by_hand() -> None:
    """Of three pairs one overlaps; ends that touch do not."""
    assert separability([(1, 2), (1.5, 3), (5, 6)]) == pytest.approx(2 / 3)
    assert separability([(2, 3), (1, 2)]) == 1
    assert separability([(1, 9), (2, 3)]) == 0
    assert separability([(1, 2)]) is None


def test_the_order_of_pairs() -> None:
    """Two of three pairs are in the reference's order; a tie agrees with a tie only."""
    assert order_agreement([1, 2, 3], [10, 30, 20]) == pytest.approx(2 / 3)
    assert order_agreement([1, 1], [1, 2]) == 0
    assert order_agreement([1, 1], [2, 2]) == 1
    assert order_agreement([1], [1]) is None


def test_confidence_agreement_by_hand() -> None:
    """Of the pairs that people tell apart: one right, one not told apart, one wrong."""
    reference = [Standing(m, (m - 0.4, m + 0.4)) for m in (1, 2, 3)]
    wide = [Standing(1, (0, 1.1)), Standing(2, (1, 2)), Standing(3, (2.5, 4))]
    assert confidence_agreement(wide, reference) == pytest.approx(2.5 / 3)
    turned = [Standing(3, (2.5, 4)), Standing(2, (1, 2)), Standing(1, (0, 1.1))]
    assert confidence_agreement(turned, reference) == pytest.approx(0.5 / 3)
    blurred = [Standing(m, (0, 9)) for m in (1, 2, 3)]
    assert confidence_agreement(wide, blurred) is None


def test_the_forecast_against_scikit_learn() -> None:
    """Brier score and log loss of P(a < b), over all pairs."""
    dice = np.random.default_rng(1)
    means, variances, reference = dice.normal(size=9), dice.random(9) + 0.1, dice.normal(size=9)
    one, other = np.triu_indices(9, 1)
    p = norm.cdf((means[other] - means[one]) / np.sqrt(variances[one] + variances[other]))
    below = reference[one] < reference[other]
    got = brier(means.tolist(), variances.tolist(), reference.tolist())
    assert got is not None
    assert got.brier == pytest.approx(brier_score_loss(below, p))
    assert got.log_loss == pytest.approx(log_loss(below, p))


def test_forecasts_without_variance_are_certain() -> None:
    """Right costs nothing, wrong all; equal means are one half."""
    assert brier([1, 2], [0, 0], [1, 2]) == (0, 0)
    assert brier([2, 1], [0, 0], [1, 2]) == (1, float("inf"))
    even = brier([1, 1], [0, 0], [1, 2])
    assert even is not None
    assert even.brier == 0.25
    assert brier([1], [1], [1]) is None
