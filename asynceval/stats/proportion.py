"""A proportion: so many of so many, its interval, and whether two sides are equally likely."""

from math import exp, fsum, lgamma, log, sqrt

from asynceval.stats.student import z_quantile


def wilson(share: float, n: float, z: float | None = None) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share of n observations that do not depend on each other.

    Wilson 1927, without a continuity correction; z is another quantile than the normal one.
    """
    z = z_quantile(0.975) if z is None else z
    hits = share * n
    middle = (hits + z * z / 2) / (n + z * z)
    reach = z / (n + z * z) * sqrt(hits * (n - hits) / n + z * z / 4)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def sign_test(one: int, other: int) -> float | None:
    """Return the two-sided exact p-value that two sides are equally likely; None of nothing.

    The binomial test of `one` among `one + other` at one half.
    """
    n = one + other
    if not n:
        return None
    whole = lgamma(n + 1) - n * log(2)
    tail = fsum(exp(whole - lgamma(k + 1) - lgamma(n - k + 1)) for k in range(min(one, other) + 1))
    return min(1.0, 2 * tail)
