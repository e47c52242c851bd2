"""Verbosity: do longer answers score higher, and win more often."""

from collections.abc import Iterable
from math import log, sqrt

import numpy as np

from asynceval.stats.arrays import Floats, Ints, numbered, sums
from asynceval.stats.bootstrap import bootstrap_share
from asynceval.stats.correlation import pearson
from asynceval.stats.estimate import Estimate, by_question
from asynceval.stats.outcomes import TIE, WIN
from asynceval.stats.regression import regression

_METHOD = "within question, clustered by question (CR1), t"


def length_slope(answers: Iterable[tuple[str, float, int]]) -> Estimate | None:
    """Return by how many points the score rises with each e-fold of length, within a question.

    Answers are (question, score, characters); empty ones are dropped and counted. Scores and log
    lengths are taken about their question's mean, so that hard questions and those that ask for long
    answers have no say. It is an observation: longer answers may be better. None where lengths do not
    differ within any question.
    """
    fit = _within(answers)
    if fit is None:
        return None
    x, y, questions, dropped = fit
    found = regression(y, x[:, None], questions) if x.any() else None
    if found is None:
        return None
    se = sqrt(float(found.covariance[0, 0]))
    value = float(found.coefficients[0])
    return by_question(value, len(y), se, found.clusters, _METHOD, dropped)


def length_correlation(answers: Iterable[tuple[str, float, int]]) -> float | None:
    """Return Pearson's correlation of score and log length, both about their question's mean."""
    fit = _within(answers)
    return None if fit is None else pearson(fit[1].tolist(), fit[0].tolist())


def longer_wins(games: Iterable[tuple[str, float, int, int]]) -> Estimate | None:
    """Return the share of verdicts for the longer answer, with a bootstrap over questions; None of nothing.

    Games are (question, outcome of the first, characters of the first, of the second). Ties and answers
    of equal length are dropped and counted.
    """
    rows = tuple(games)
    kept = [
        (question, float((outcome == WIN) == (first > second)))
        for question, outcome, first, second in rows
        if outcome != TIE and first != second
    ]
    return bootstrap_share(kept, dropped=len(rows) - len(kept))


def _within(
    answers: Iterable[tuple[str, float, int]],
) -> tuple[Floats, Floats, Ints, int] | None:
    """Return log lengths and scores about their question's mean, the questions, and how many were dropped."""
    rows = tuple(answers)
    kept = [row for row in rows if row[2] > 0]
    if not kept:
        return None
    questions, count = numbered(question for question, _, _ in kept)
    both = np.array([(log(length), score) for _, score, length in kept])
    means = sums(questions, both, count) / np.bincount(questions)[:, None]
    x, y = (both - means[questions]).T
    # What is equal on paper may differ in its last digit.
    return np.where(np.abs(x) < 1e-12, 0, x), y, questions, len(rows) - len(kept)
