"""A paired difference: two models on the same spots of the same questions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import sqrt

import numpy as np

from asynceval.stats.correlation import pearson
from asynceval.stats.estimate import Estimate, by_question
from asynceval.stats.flips import ROUNDS, sign_flips
from asynceval.stats.holm import holm
from asynceval.stats.spots import Grid, Scores, Two
from asynceval.stats.student import t_tails

_METHOD = "paired by question, t"


@dataclass(frozen=True, slots=True)
class Paired:
    """How much higher one model scores than another where both have a score.

    `difference` has as n the questions in common and as dropped the spots that only one has. `variance`
    is that of a question's difference and `correlation` that of the models' question means, None where
    undefined. `questions` holds each question's difference, the largest first.
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


def comparisons(
    scores: Mapping[str, Scores], *, rounds: int | None = ROUNDS, seed: int = 0
) -> tuple[Comparison, ...]:
    """Return all pairs of models that have a spot in common, with Holm's correction over all of them.

    d_c is the difference of two models' means over the spots of question c that both have, so that a
    turn which one of them lacks tilts nothing. The value is the mean over questions, SE = sd(d) / sqrt(G)
    for G questions in common, the interval has Student's t for G - 1 degrees of freedom, and p is by sign
    flips (Miller 2024, arXiv:2411.00640). Without rounds p is by Student's t in place of sign flips, which many pairs take too many of. It is
    never below what G signs can show, 2 ** (1 - G).
    """
    grid = Grid(scores)
    met = {two: its for two in combinations(grid.models, 2) if _have_met(its := grid.two(*two))}
    if not met:
        return ()
    found = [_paired(grid.questions, its) for its in met.values()]
    if rounds is not None:
        gaps = [np.nan_to_num(its.first - its.second) for its in met.values()]
        p_values = sign_flips(np.stack(gaps, axis=1), rounds=rounds, seed=seed).tolist()
        found = [replace(each, p=p) for each, p in zip(found, p_values, strict=True)]
    corrected = holm([each.p for each in found])
    return tuple(
        Comparison(*two, each, p) for two, each, p in zip(met, found, corrected, strict=True)
    )


def _have_met(two: Two) -> bool:
    return bool(np.isfinite(two.first).any())


def _paired(questions: Sequence[str], two: Two) -> Paired:
    known = np.isfinite(two.first)
    one, other = two.first[known], two.second[known]
    values = one - other
    n = len(values)
    variance = float(values.var(ddof=1)) if n > 1 else None
    se = None if variance is None else sqrt(variance / n)
    gap = by_question(float(values.mean()), n, se, n, _METHOD, two.dropped)
    places = np.flatnonzero(known).tolist()
    gaps = [(questions[place], its) for place, its in zip(places, values.tolist(), strict=True)]
    return Paired(
        gap,
        variance,
        pearson(one.tolist(), other.tolist()),
        _by_t(gap),
        tuple(sorted(gaps, key=lambda item: (-abs(item[1]), item[0]))),
    )


def _by_t(gap: Estimate) -> float:
    if not gap.value:
        return 1.0
    p = t_tails(gap.value / gap.se, gap.n - 1) if gap.se and gap.n > 1 else 0.0
    return max(p, 2.0 ** (1 - gap.n))
