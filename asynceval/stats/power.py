"""Power: which difference could have been found, and how many questions would find it."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np

from asynceval.stats.arrays import columns, sums
from asynceval.stats.student import z_quantile


@dataclass(frozen=True, slots=True)
class Variances:
    """The variance of scores `between` questions, and `within` a question that is asked repeatedly."""

    between: float
    within: float

    def of_mean(self, questions: int, repeats: int) -> float:
        """Return the variance of a mean over so many questions, each asked so many times."""
        return self.between / questions + self.within / (questions * repeats)


def variances(scores: Iterable[tuple[str, float]]) -> Variances | None:
    """Split the variance of (question, score) pairs into between and within questions.

    The one-way analysis of variance, for unequal numbers of repeats too; `between` is 0 where chance
    within explains all. None if no question has two scores, or fewer than two questions have any.
    """
    numbers, questions, values = columns(scores)
    n = len(values)
    if questions < 2 or n == questions:
        return None
    repeats = sums(numbers, np.ones(n), questions)
    means = sums(numbers, values, questions) / repeats
    within = float(((values - means[numbers]) ** 2).sum()) / (n - questions)
    across = float((repeats * (means - values.mean()) ** 2).sum()) / (questions - 1)
    usual = (n - float((repeats**2).sum()) / n) / (questions - 1)
    return Variances(max(0.0, (across - within) / usual), within)


def variance_of_difference(
    between: float, within: tuple[float, float] = (0.0, 0.0), repeats: tuple[int, int] = (1, 1)
) -> float:
    """Return w^2 + s_A^2 / K_A + s_B^2 / K_B: the variance of a question's difference of two models.

    `between` is w^2, the variance of the difference of true means; `within` and `repeats` are each
    model's variance within a question and how often it is asked (Miller 2024, arXiv:2411.00640).
    """
    return between + within[0] / repeats[0] + within[1] / repeats[1]


def minimum_detectable(
    variance: float, questions: int, *, alpha: float = 0.05, power: float = 0.8
) -> float:
    """Return the least true difference that so many questions find with this power, two-sided.

    (z_{alpha/2} + z_beta) sqrt(variance / questions), with the variance of a question's difference
    (Miller 2024, arXiv:2411.00640). At 80 questions 0.31 standard deviations.
    """
    return _reach(alpha, power) * sqrt(variance / questions)


def questions_needed(
    variance: float, difference: float, *, alpha: float = 0.05, power: float = 0.8
) -> int | None:
    """Return how many questions find a true difference with this power; None for no difference.

    (z_{alpha/2} + z_beta)^2 variance / difference^2, rounded up: `minimum_detectable` turned around.
    """
    if not difference:
        return None
    return max(1, ceil(_reach(alpha, power) ** 2 * variance / difference**2))


def _reach(alpha: float, power: float) -> float:
    return z_quantile(1 - alpha / 2) + z_quantile(power)
