"""The bootstrap over questions: what else could have come out, had other questions been asked."""

from collections.abc import Iterable
from dataclasses import replace
from math import sqrt

import numpy as np

from asynceval.stats.arrays import Floats, Ints, columns, sums
from asynceval.stats.estimate import Estimate, is_nothing
from asynceval.stats.proportion import wilson
from asynceval.stats.student import t_quantile, z_tails

ROUNDS = 2000
METHOD = "bootstrap over questions, percentiles"
_WILSON = "bootstrap over questions, Wilson"
_FEW, _RARE = 30, 10


def question_weights(
    questions: int, *, rounds: int = ROUNDS, seed: int = 0, strata: Ints | None = None
) -> Floats:
    """Return how often each question is drawn in each round: an array of rounds x questions.

    Questions are drawn with replacement, as many as there are; with `strata` (a number for each
    question, such as its category) as many of each stratum as it has.
    """
    dice = np.random.default_rng(seed)
    if strata is None:
        strata = np.zeros(questions, dtype=np.intp)
    weights = np.zeros((rounds, questions))
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        share = np.full(len(members), 1 / len(members))
        weights[:, members] = dice.multinomial(len(members), share, size=rounds)
    return weights


def widened(questions: int) -> float:
    """Return the middle part of the draws over so many questions, two at least, that is to be 95 %.

    Draws from few questions spread less than what they stand for, by sqrt((n - 1) / n), and know no more
    of that spread than Student's t does (expanded percentiles; Hesterberg 2015, section 5.2).
    """
    reach = sqrt(questions / (questions - 1)) * t_quantile(questions - 1)
    return 1 - z_tails(reach)


def percentiles(draws: Floats, level: float = 0.95) -> tuple[float, float] | None:
    """Return the interval that holds the middle `level` of the draws; None of nothing."""
    known = draws[np.isfinite(draws)]
    if not len(known):
        return None
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def bootstrapped(
    value: float, n: int, draws: Floats, questions: int, *, dropped: int = 0, seed: int = 0
) -> Estimate:
    """Return an estimate with the spread and the widened percentiles of its draws.

    Both are None for one question, the interval also where no draw differs.
    """
    known = draws[np.isfinite(draws)]
    if questions < 2 or len(known) < 2:
        return Estimate(value, n, None, None, METHOD, dropped, seed)
    se = float(known.std(ddof=1))
    interval = None if is_nothing(se, value) else percentiles(known, widened(questions))
    return Estimate(value, n, se, interval, METHOD, dropped, seed)


def bootstrap_mean(
    scores: Iterable[tuple[str, float]], *, dropped: int = 0, rounds: int = ROUNDS, seed: int = 0
) -> Estimate | None:
    """Return the mean of (question, score) pairs with a bootstrap over questions; None of nothing.

    A question that is drawn brings all its scores, so what depends on each other stays together
    (Miller 2024, arXiv:2411.00640).
    """
    numbers, questions, values = columns(scores)
    if not len(values):
        return None
    weights = question_weights(questions, rounds=rounds, seed=seed)
    totals = sums(numbers, np.stack([values, np.ones_like(values)], axis=1), questions)
    draws = weights @ totals
    means = draws[:, 0] / draws[:, 1]
    value = float(values.mean())
    return bootstrapped(value, len(values), means, questions, dropped=dropped, seed=seed)


def bootstrap_share(
    scores: Iterable[tuple[str, float]], *, dropped: int = 0, rounds: int = ROUNDS, seed: int = 0
) -> Estimate | None:
    """Return the mean of (question, share) pairs, each from 0 to 1, with a bootstrap over questions.

    Percentiles know too little of few questions, and of rates that few questions keep from 0 or 1: the
    interval is Wilson's then, of as many observations as would spread like the draws, with Student's t
    for the questions (Dean and Pagano 2015). Where all questions say the same (all won, all tied) no draw
    differs, and each question is one observation: a rate of 100 % is not certain. None of nothing.
    """
    rows = tuple(scores)
    found = bootstrap_mean(rows, dropped=dropped, rounds=rounds, seed=seed)
    if found is None or found.se is None:
        return found
    questions = len({question for question, _ in rows})
    rate = found.value
    if found.interval is None:
        return replace(found, interval=wilson(rate, questions), method=_WILSON)
    if questions >= _FEW and questions * min(rate, 1 - rate) >= _RARE:
        return found
    alike = rate * (1 - rate) / found.se**2 * (questions - 1) / questions
    interval = wilson(rate, min(alike, found.n), t_quantile(questions - 1))
    return replace(found, interval=interval, method=_WILSON)
