"""A mean with its uncertainty, where several scores share a question."""

from collections.abc import Iterable
from math import fsum, sqrt

from asynceval.stats.estimate import Estimate, by_question

_METHOD = "clustered by question (CR1), t"


def mean(scores: Iterable[float]) -> float | None:
    """Return the plain mean, None of nothing."""
    values = tuple(scores)
    return fsum(values) / len(values) if values else None


def clustered_mean(scores: Iterable[tuple[str, float]]) -> Estimate | None:
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
        return by_question(value, n, None, clusters, _METHOD)
    squares = fsum(deviation * deviation for deviation in deviations.values())
    return by_question(value, n, sqrt(clusters / (clusters - 1) * squares) / n, clusters, _METHOD)
