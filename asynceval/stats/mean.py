"""A mean with its uncertainty, where several scores share a question."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum, pi, sqrt, tan
from statistics import NormalDist

_Z = NormalDist().inv_cdf(0.975)


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
    Miller 2024, arXiv:2411.00640, with the small-sample factor). The interval is value +- t SE, with
    Student's t for G-1 degrees of freedom, so that few questions claim little. Both are None for
    fewer than two questions. None of nothing.
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
    reach = t_quantile(clusters - 1) * se
    return Mean(value, n, se, (value - reach, value + reach))


def t_quantile(freedom: int) -> float:
    """Return the 97.5 % quantile of Student's t with at least one degree of freedom.

    Exact for one and two degrees; from there the Cornish-Fisher expansion about the normal quantile
    (Abramowitz and Stegun 26.7.5, four terms), within 0.004 at three and 0.00001 at ten degrees.
    """
    if freedom == 1:
        return tan(0.475 * pi)
    if freedom == 2:
        return 0.95 * sqrt(2 / (1 - 0.95**2))
    z, v = _Z, float(freedom)
    terms: tuple[float, ...] = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + fsum(term / v**power for power, term in enumerate(terms, 1))
