"""Separability: does a benchmark tell models apart, and in the order that people do (arXiv:2406.11939)."""

from collections.abc import Sequence
from itertools import combinations
from math import erfc, fsum, log, sqrt
from typing import NamedTuple

Interval = tuple[float, float]


class Standing(NamedTuple):
    """A model on one leaderboard: its score and the score's interval."""

    score: float
    interval: Interval


class Forecast(NamedTuple):
    """How well a benchmark's probabilities forecast the reference's order: both are 0 at best."""

    brier: float
    log_loss: float


def separability(intervals: Sequence[Interval]) -> float | None:
    """Return the share of pairs of models whose intervals do not overlap; None without a pair.

    Two intervals that only touch do not overlap (Arena-Hard: overlap if l_j < u_i for l_i <= l_j).
    """
    couples = [_overlap(one, other) for one, other in combinations(intervals, 2)]
    return couples.count(False) / len(couples) if couples else None


def order_agreement(scores: Sequence[float], reference: Sequence[float]) -> float | None:
    """Return the share of pairs that the scores order as the reference does; None without a pair."""
    hits = [
        _sign(a - c) == _sign(b - d)
        for (a, b), (c, d) in combinations(zip(scores, reference, strict=True), 2)
    ]
    return sum(hits) / len(hits) if hits else None


def confidence_agreement(
    benchmark: Sequence[Standing], reference: Sequence[Standing]
) -> float | None:
    """Return Arena-Hard's agreement with confidence, as its notebook computes it, from 0 to 1.

    Over the pairs that the reference tells apart: 1 if the benchmark tells them apart in the same order,
    0.5 if it does not tell them apart, 0 for the other order. None without such a pair.
    """
    found = []
    for (a, c), (b, d) in combinations(zip(benchmark, reference, strict=True), 2):
        if _overlap(c.interval, d.interval):
            continue
        same = _sign(a.score - b.score) == _sign(c.score - d.score)
        found.append(0.5 if _overlap(a.interval, b.interval) else float(same))
    return fsum(found) / len(found) if found else None


def brier(
    means: Sequence[float], variances: Sequence[float], reference: Sequence[float]
) -> Forecast | None:
    """Return Brier score and log loss of P(a < b) over all pairs, from bootstrap means and variances.

    p = Phi((mean_b - mean_a) / sqrt(var_a + var_b)), as of independent normal scores (Arena-Hard; the
    variances have ddof 0), against whether the reference rates a below b. Equal means without variance
    give one half. A certain forecast that is wrong has an infinite log loss. None without a pair.
    """
    rows = list(zip(means, variances, reference, strict=True))
    found = []
    for (a, var_a, one), (b, var_b, other) in combinations(rows, 2):
        p = _below(b - a, var_a + var_b)
        found.append((p, one < other))
    if not found:
        return None
    losses = (p if below else 1 - p for p, below in found)
    return Forecast(
        fsum((p - below) ** 2 for p, below in found) / len(found),
        fsum(-log(p) if p else float("inf") for p in losses) / len(found),
    )


def _overlap(one: Interval, other: Interval) -> bool:
    low, high = sorted((one, other))
    return high[0] < low[1]


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _below(gap: float, variance: float) -> float:
    if not variance:
        return (1 + _sign(gap)) / 2
    return erfc(-gap / sqrt(2 * variance)) / 2
