"""Power: which difference could have been found, and how many questions would find it."""

from math import ceil, sqrt

from asynceval.stats.student import z_quantile

FEWEST = 6
"""Fewer questions than this never have a p-value below 0.05 by sign flips: 2 / 2^5 is 0.06."""


def minimum_detectable(
    variance: float, questions: int, *, alpha: float = 0.05, power: float = 0.8
) -> float | None:
    """Return the least true difference that so many questions find with this power, two-sided.

    None for fewer than six, which find nothing by sign flips. (z_{alpha/2} + z_beta) sqrt(variance / questions), with the variance of a question's difference
    (Miller 2024, arXiv:2411.00640). At 80 questions 0.31 standard deviations.
    """
    return _reach(alpha, power) * sqrt(variance / questions) if questions >= FEWEST else None


def questions_needed(
    variance: float, difference: float, *, alpha: float = 0.05, power: float = 0.8
) -> int | None:
    """Return how many questions find a true difference with this power; None for no difference.

    (z_{alpha/2} + z_beta)^2 variance / difference^2, rounded up: `minimum_detectable` turned around.
    Six at least.
    """
    if not difference:
        return None
    return max(FEWEST, ceil(_reach(alpha, power) ** 2 * variance / difference**2))


def _reach(alpha: float, power: float) -> float:
    return z_quantile(1 - alpha / 2) + z_quantile(power)
