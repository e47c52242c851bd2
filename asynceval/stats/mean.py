"""A mean with its uncertainty, where several scores share a question."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum, sqrt
from statistics import NormalDist

_Z95 = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean of `n` scores; its standard error and 95 % interval, None where undefined."""

    value: float
    n: int
    se: float | None
    interval: tuple[float, float] | None


def mean(scores: Iterable[float]) -> float | None:
    """Return the plain mean, None of nothing."""
    values = tuple(scores)
    return fsum(values) / len(values) if values else None


def clustered_mean(scores: Iterable[tuple[str, float]]) -> Mean | None:
    """Return the mean of (question, score) pairs, with a standard error clustered by question.

    Both turns, repeats and judges of one question depend on each other, so the question is the unit:
    SE = sqrt(G/(G-1) * sum over questions of (sum of deviations)**2) / n with G questions (CR1;
    Miller 2024, arXiv:2411.00640, with the small-sample factor). The interval is value +- 1.96 SE;
    both are None for fewer than two questions. None of nothing.
    """
    pairs = tuple(scores)
    if not pairs:
        return None
    n = len(pairs)
    value = fsum(score for _, score in pairs) / n
    deviations: dict[str, float] = {}
    for question, score in pairs:
        deviations[question] = deviations.get(question, 0.0) + score - value
    clusters = len(deviations)
    if clusters < 2:
        return Mean(value, n, None, None)
    squares = fsum(deviation * deviation for deviation in deviations.values())
    se = sqrt(clusters / (clusters - 1) * squares) / n
    return Mean(value, n, se, (value - _Z95 * se, value + _Z95 * se))
