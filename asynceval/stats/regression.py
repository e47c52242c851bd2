"""A linear regression whose errors are clustered by question."""

from dataclasses import dataclass

import numpy as np

from asynceval.stats.arrays import Floats, Ints, sums


@dataclass(frozen=True, slots=True, eq=False)
class Regression:
    """Coefficients and their covariance, from so many clusters."""

    coefficients: Floats
    covariance: Floats
    clusters: int


def regression(y: Floats, x: Floats, questions: Ints) -> Regression | None:
    """Return the least-squares fit of y (n,) on x (n, k), clustered by question (numbers from 0).

    The covariance is (X'X)^-1 [sum over questions of s s'] (X'X)^-1 * G / (G - 1), with s = X'e over a
    question's rows (CR1; Liang and Zeger 1986). None if columns of x depend on each other, or for
    fewer than two questions.
    """
    clusters = len(np.unique(questions))
    if clusters < 2 or np.linalg.matrix_rank(x) < x.shape[1]:
        return None
    bread = np.linalg.inv(x.T @ x)
    coefficients = bread @ (x.T @ y)
    rest = (y - x @ coefficients)[:, None] * x
    spread: Floats = sums(questions, rest, int(questions.max()) + 1) @ bread
    covariance = spread.T @ spread * clusters / (clusters - 1)
    return Regression(coefficients, covariance, clusters)
