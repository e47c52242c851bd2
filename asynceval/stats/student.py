"""Student's t and the normal distribution: quantiles for intervals, tails for p-values."""

from math import atan2, cos, erfc, exp, fsum, lgamma, log, pi, sin, sqrt, tan
from statistics import NormalDist

_STEPS = 8


def z_quantile(share: float) -> float:
    """Return the standard normal quantile of a share between 0 and 1."""
    return NormalDist().inv_cdf(share)


def z_tails(z: float) -> float:
    """Return how likely a standard normal value is at least as far from 0 as z."""
    return erfc(abs(z) / sqrt(2))


def t_quantile(freedom: int, share: float = 0.975) -> float:
    """Return Student's quantile of a share of at least one half, for one degree of freedom or more.

    Exact for one and two degrees. From there the Cornish-Fisher expansion about the normal quantile
    (Abramowitz and Stegun 26.7.5, four terms), then Newton's steps on the exact distribution.
    """
    if freedom == 1:
        return tan((share - 0.5) * pi)
    if freedom == 2:
        middle = 2 * share - 1
        return middle * sqrt(2 / (1 - middle**2))
    z, v = z_quantile(share), float(freedom)
    terms: tuple[float, ...] = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    t = z + fsum(term / v**power for power, term in enumerate(terms, 1))
    if freedom > 1000:
        return t
    for _ in range(_STEPS):
        wrong = (t_tails(t, freedom) / 2 - (1 - share)) / _density(t, freedom)
        t += wrong
        if abs(wrong) < 1e-12 * t:
            break
    return t


def t_tails(t: float, freedom: int) -> float:
    """Return how likely Student's t is at least as far from 0 as `t`: the two-sided p-value.

    The finite sums for whole degrees of freedom (Abramowitz and Stegun 26.7.3 and 26.7.4); above 1000
    degrees the normal distribution, which is within 0.0003 of it.
    """
    if freedom > 1000:
        return z_tails(t)
    angle = atan2(abs(t), sqrt(freedom))
    square = cos(angle) ** 2
    odd = freedom % 2
    term = cos(angle) if odd else 1.0
    terms = []
    for step in range(1 + odd, freedom - 1, 2):
        terms.append(term)
        term *= square * step / (step + 1)
    if freedom > 1:
        terms.append(term)
    inside = sin(angle) * fsum(terms)
    if odd:
        inside = 2 / pi * (angle + inside)
    return max(0.0, 1 - inside)


def _density(t: float, freedom: int) -> float:
    scale = lgamma((freedom + 1) / 2) - lgamma(freedom / 2) - log(freedom * pi) / 2
    return exp(scale - (freedom + 1) / 2 * log(1 + t * t / freedom))
