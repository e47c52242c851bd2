"""Stability over repeats, by hand."""

import pytest

from asynceval.stats.proportion import wilson
from asynceval.stats.repeats import stability


def test_by_hand() -> None:
    """A, A, B and B, B: four of five are their item's most frequent; one repeat says nothing."""
    got = stability([("a", "AAB"), ("b", "BB"), ("c", "A")])
    assert got is not None
    assert got.value == pytest.approx(4 / 5)
    assert (got.n, got.dropped) == (5, 1)
    assert got.se is not None and got.se > 0


def test_the_ends() -> None:
    """Always the same on two questions is 1, perhaps; two that differ are a half, nothing is undefined."""
    same = stability([("a", (7, 7, 7)), ("b", (5, 5))])
    assert same is not None
    assert (same.value, same.interval) == (1, wilson(1, 2))
    differ = stability([("a", (7, 8))])
    assert differ is not None
    assert (differ.value, differ.se) == (0.5, None)
    assert stability([("a", (7,))]) is None
