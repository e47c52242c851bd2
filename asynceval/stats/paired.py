"""A paired difference: two models on the same questions."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, sqrt

import numpy as np

from asynceval.stats.arrays import Floats
from asynceval.stats.correlation import pearson
from asynceval.stats.estimate import Estimate, by_question
from asynceval.stats.flips import ROUNDS, sign_flips
from asynceval.stats.holm import holm

_METHOD = "paired by question, t"
Means = Mapping[str, Mapping[Hashable, float]]
"""By question, what a model got for each of its items: the turns of a question, say."""


@dataclass(frozen=True, slots=True)
class Paired:
    """How much higher one model scores than another on the questions that both have.

    `difference` has as n the questions in common and as dropped the items that only one has. `variance` is
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


def item_means(scores: Iterable[tuple[str, Hashable, float]]) -> Means:
    """Return the mean of each item of each question, from (question, item, score) rows."""
    found: dict[str, dict[Hashable, list[float]]] = {}
    for question, item, score in scores:
        found.setdefault(question, {}).setdefault(item, []).append(score)
    return {
        question: {item: fsum(its) / len(its) for item, its in items.items()}
        for question, items in found.items()
    }


def paired(first: Means, second: Means, *, rounds: int = ROUNDS, seed: int = 0) -> Paired | None:
    """Return the mean over questions of first minus second; None without an item in common.

    d_c is the difference of the two models' means over the items of question c that both have, so that
    a turn which one of them lacks tilts nothing. SE = sd(d) / sqrt(G) for G questions in common, the
    interval has Student's t for G - 1 degrees of freedom, and p is by sign flips (Miller 2024,
    arXiv:2411.00640).
    """
    common = _common(first, second)
    if not common:
        return None
    (p,) = sign_flips(_table([_gaps(common)]), rounds=rounds, seed=seed)
    return _paired(first, second, common, float(p))


def comparisons(
    couples: Iterable[tuple[str, str, Means, Means]], *, rounds: int = ROUNDS, seed: int = 0
) -> tuple[Comparison, ...]:
    """Return how these couples compare that have an item in common, with Holm's correction over all.

    A couple are the names of two models and what each of them got.
    """
    met = [(*couple, both) for couple in couples if (both := _common(*couple[2:]))]
    if not met:
        return ()
    table = _table([_gaps(common) for *_, common in met])
    p_values = [float(p) for p in sign_flips(table, rounds=rounds, seed=seed)]
    return tuple(
        Comparison(a, b, _paired(one, other, common, p), corrected)
        for (a, b, one, other, common), p, corrected in zip(
            met, p_values, holm(p_values), strict=True
        )
    )


_Common = Mapping[str, tuple[float, float]]
"""By question, the means of two models over the items that both have."""


def _common(one: Means, other: Means) -> _Common:
    found = {}
    for question, its in one.items():
        others = other.get(question, {})
        items = [item for item in its if item in others]
        if items:
            found[question] = (
                fsum(its[item] for item in items) / len(items),
                fsum(others[item] for item in items) / len(items),
            )
    return found


def _gaps(common: _Common) -> dict[str, float]:
    return {question: one - other for question, (one, other) in common.items()}


def _table(gaps: Sequence[Mapping[str, float]]) -> Floats:
    """Return questions x comparisons, 0 where a comparison lacks a question."""
    questions = list(dict.fromkeys(question for each in gaps for question in each))
    return np.array([[each.get(question, 0.0) for each in gaps] for question in questions])


def _paired(one: Means, other: Means, common: _Common, p: float) -> Paired:
    gaps = _gaps(common)
    values = np.array(list(gaps.values()))
    n = len(values)
    variance = float(values.var(ddof=1)) if n > 1 else None
    se = None if variance is None else sqrt(variance / n)
    dropped = sum(
        len(one.get(question, {}).keys() ^ other.get(question, {}).keys())
        for question in one.keys() | other.keys()
    )
    return Paired(
        by_question(float(values.mean()), n, se, n, _METHOD, dropped),
        variance,
        pearson([mean for mean, _ in common.values()], [mean for _, mean in common.values()]),
        p,
        tuple(sorted(gaps.items(), key=lambda item: (-abs(item[1]), item[0]))),
    )
