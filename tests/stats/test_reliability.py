"""Reliability of scores, by hand."""

import pytest

from asynceval.stats.reliability import reliability


def test_by_hand() -> None:
    """Distances 0, 1, 2 and 0.5."""
    got = reliability([(5, 5), (7, 8), (9, 7), (2, 2.5)])
    assert got is not None
    assert (got.n, got.distance, got.exact, got.within_one) == (4, 0.875, 0.25, 0.75)
    assert got.spearman == pytest.approx(0.8)
    assert got.pearson is not None and 0.8 < got.pearson < 1


def test_degenerate_cases() -> None:
    """Nothing has no reliability; without variance there is agreement but no correlation."""
    assert reliability([]) is None
    got = reliability([(7, 7), (7, 7)])
    assert got is not None
    assert (got.pearson, got.spearman, got.exact) == (None, None, 1)
