"""A paired difference: two models on the same questions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import fsum, sqrt

import numpy as np

from asynceval.stats.arrays import Floats
from asynceval.stats.correlation import pearson
from asynceval.stats.estimate import Estimate, by_question
from asynceval.stats.flips import ROUNDS, sign_flips
from asynceval.stats.holm import holm

_METHOD = "paired by question, t"
Scores = Iterable[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Paired:
    """How much higher one model scores than another on the questions that both have.

    `difference` has as n the questions in common and as dropped those that only one has. `variance` is
    that of a question's difference and `correlation` that of the models' question means, None where
    undefined. `p` is from sign flips. `questions` holds each question's difference, the largest first.
    """

    difference: Estimate
    variance: float | None
    correlation: float | None
    p: float
    questions: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models of several, with the p-value of their difference corrected for all comparisons."""

    first: str
    second: str
    paired: Paired
    p_corrected: float


def paired(first: Scores, second: Scores, *, rounds: int = ROUNDS, seed: int = 0) -> Paired | None:
    """Return the mean over questions of first minus second; None without a question in common.

    Scores are (question, score) pairs; d_c is the difference of the two models' means on question c,
    SE = sd(d) / sqrt(G) for G questions in common, the interval has Student's t for G - 1 degrees of
    freedom, and p is by sign flips (Miller 2024, arXiv:2411.00640).
    """
    one, other = _means(first), _means(second)
    gaps = _gaps(one, other)
    if not gaps:
        return None
    (p,) = sign_flips(_table([gaps]), rounds=rounds, seed=seed)
    return _paired(one, other, float(p))


def comparisons(
    scores: Mapping[str, Scores], *, rounds: int = ROUNDS, seed: int = 0
) -> tuple[Comparison, ...]:
    """Return all pairs of models that have questions in common, with Holm's correction over all pairs."""
    means = {model: _means(rows) for model, rows in scores.items()}
    couples = [(a, b) for a, b in combinations(means, 2) if means[a].keys() & means[b].keys()]
    if not couples:
        return ()
    table = _table([_gaps(means[a], means[b]) for a, b in couples])
    p_values = [float(p) for p in sign_flips(table, rounds=rounds, seed=seed)]
    return tuple(
        Comparison(a, b, _paired(means[a], means[b], p), corrected)
        for (a, b), p, corrected in zip(couples, p_values, holm(p_values), strict=True)
    )


def _means(scores: Scores) -> dict[str, float]:
    """Return each question's mean."""
    found: dict[str, list[float]] = {}
    for question, score in scores:
        found.setdefault(question, []).append(score)
    return {question: fsum(values) / len(values) for question, values in found.items()}


def _gaps(one: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    return {question: one[question] - other[question] for question in one if question in other}


def _table(gaps: Sequence[dict[str, float]]) -> Floats:
    """Return questions x comparisons, 0 where a comparison lacks a question."""
    questions = list(dict.fromkeys(question for each in gaps for question in each))
    return np.array([[each.get(question, 0.0) for each in gaps] for question in questions])


def _paired(one: dict[str, float], other: dict[str, float], p: float) -> Paired:
    gaps = _gaps(one, other)
    values = np.array(list(gaps.values()))
    n = len(values)
    variance = float(values.var(ddof=1)) if n > 1 else None
    se = None if variance is None else sqrt(variance / n)
    dropped = len(one.keys() ^ other.keys())
    return Paired(
        by_question(float(values.mean()), n, se, n, _METHOD, dropped),
        variance,
        pearson([one[question] for question in gaps], [other[question] for question in gaps]),
        p,
        tuple(sorted(gaps.items(), key=lambda item: (-abs(item[1]), item[0]))),
    )
