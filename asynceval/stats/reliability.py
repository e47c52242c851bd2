"""Reliability: how far two judges' scores of the same items lie apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum

from asynceval.stats.correlation import pearson, spearman


@dataclass(frozen=True, slots=True)
class Reliability:
    """Two judges on the same `n` items: correlations (None without variance), distance in points, shares."""

    n: int
    pearson: float | None
    spearman: float | None
    distance: float
    exact: float
    within_one: float


def reliability(scores: Iterable[tuple[float, float]]) -> Reliability | None:
    """Return how (one's score, the other's) pairs agree; None of nothing.

    Correlations, the mean absolute difference, and the shares of equal scores and of scores at most one
    point apart.
    """
    rows = tuple(scores)
    if not rows:
        return None
    one, other = zip(*rows, strict=True)
    gaps = [abs(a - b) for a, b in rows]
    n = len(rows)
    return Reliability(
        n,
        pearson(one, other),
        spearman(one, other),
        fsum(gaps) / n,
        gaps.count(0) / n,
        sum(gap <= 1 for gap in gaps) / n,
    )
