"""Correlation: do two lists of scores rise together, and order alike."""

from collections.abc import Callable, Sequence
from math import fsum, sqrt

import numpy as np

from asynceval.stats.bootstrap import ROUNDS, percentiles
from asynceval.stats.estimate import Estimate, is_nothing

FEWEST = 5
_METHOD = "bootstrap over models, percentiles"
Measure = Callable[[Sequence[float], Sequence[float]], float | None]


def pearson(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Return Pearson's correlation; None where either has no variance."""
    n = len(one)
    if n < 2 or min(one) == max(one) or min(other) == max(other):
        return None
    middle_one, middle_other = fsum(one) / n, fsum(other) / n
    a = [value - middle_one for value in one]
    b = [value - middle_other for value in other]
    along = fsum(x * y for x, y in zip(a, b, strict=True))
    whole = sqrt(fsum(x * x for x in a) * fsum(y * y for y in b))
    return max(-1.0, min(1.0, along / whole))


def spearman(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Return Spearman's rank correlation: Pearson's of the ranks, tied values sharing their mean rank."""
    return pearson(ranks(one), ranks(other))


def kendall(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Return Kendall's tau-b, which allows for ties; None where either list is all ties."""
    a, b = np.asarray(one), np.asarray(other)
    left, right = np.sign(a[:, None] - a), np.sign(b[:, None] - b)
    whole = np.abs(left).sum() * np.abs(right).sum()
    return float((left * right).sum() / np.sqrt(whole)) if whole else None


def ranks(values: Sequence[float]) -> list[float]:
    """Return ranks from 1 for the lowest; equal values share the mean of theirs."""
    ordered = sorted(values)
    first = {value: place for place, value in reversed(list(enumerate(ordered, 1)))}
    last = {value: place for place, value in enumerate(ordered, 1)}
    return [(first[value] + last[value]) / 2 for value in values]


def correlation(
    measure: Measure,
    one: Sequence[float],
    other: Sequence[float],
    *,
    rounds: int = ROUNDS,
    seed: int = 0,
) -> Estimate | None:
    """Return a correlation of two leaderboards over their common models, with a bootstrap over models.

    None for fewer than five models or where it is undefined; below ten it is indicative at best. Draws
    in which it is undefined, as when one model fills all places, are left out. Two orders that are the
    same have no interval: that no draw differs makes nothing certain.
    """
    n = len(one)
    value = measure(one, other) if n >= FEWEST else None
    if value is None:
        return None
    dice = np.random.default_rng(seed)
    found = []
    for places in dice.integers(0, n, size=(rounds, n)).tolist():
        drawn = measure([one[place] for place in places], [other[place] for place in places])
        if drawn is not None:
            found.append(drawn)
    draws = np.array(found)
    se = float(draws.std(ddof=1))
    interval = None if is_nothing(se, value) else percentiles(draws)
    return Estimate(value, n, se, interval, _METHOD, seed=seed)
