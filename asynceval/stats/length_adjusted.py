"""The length-adjusted win rate: what a model would win if its answers were as long as the baseline's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from asynceval.stats.arrays import Floats, numbered
from asynceval.stats.bootstrap import ROUNDS, bootstrapped, question_weights
from asynceval.stats.estimate import Estimate

FEWEST = 100
_METHOD = "GLM, tanh of the length difference; bootstrap over questions, percentiles"
_RIDGE = 1e-6
_STEPS = 40
_FAR = 10.0


@dataclass(frozen=True, slots=True)
class Preference:
    """How far the model's answer is preferred to the baseline's, from 0 to 1, and how long both are."""

    question: str
    category: str
    value: float
    characters: int
    baseline_characters: int


@dataclass(frozen=True, slots=True)
class Unfit:
    """The win rate cannot be adjusted, and why not."""

    reason: str


def length_adjusted(
    preferences: Sequence[Preference],
    *,
    fewest: int = FEWEST,
    by_category: bool = True,
    rounds: int = ROUNDS,
    seed: int = 0,
) -> Estimate | Unfit:
    """Return the length-adjusted win rate (GLM, tanh), from 0 to 1, with a bootstrap over questions.

    logit q = theta + phi * tanh((len_baseline - len_model) / sd), with the standard deviation (ddof 1)
    of the difference and, by category, an own theta for each. The win rate is the mean of the
    predictions with the length term set to 0. It is the idea of Dubois et al. 2024 (arXiv:2404.04475)
    without their question difficulties, penalty and gamed baselines, so it is not AlpacaEval's number.
    A ridge of 1e-6 keeps finite what chance makes infinite in a draw. Questions are drawn by category.
    Unfit: fewer questions than `fewest`, all preferences equal, lengths that all differ by the same, or
    that tell the preferences nearly without error.
    """
    questions, count = numbered(each.question for each in preferences)
    if count < fewest:
        return Unfit(f"{count} questions, and {fewest} are needed")
    y = np.array([each.value for each in preferences])
    gaps = np.array([each.baseline_characters - each.characters for each in preferences], float)
    if y.min() == y.max():
        return Unfit("all preferences are equal")
    if gaps.min() == gaps.max():
        return Unfit("all lengths differ by the same")
    length = np.tanh(gaps / gaps.std(ddof=1))
    categories, kinds = numbered(each.category if by_category else "" for each in preferences)
    x = np.column_stack([np.eye(kinds)[categories], length])
    fit = _fit(x, y, np.ones((1, len(y))))
    if abs(fit[0, -1]) > _FAR or abs(np.corrcoef(length, y)[0, 1]) > 0.99:
        return Unfit("the lengths alone tell nearly all preferences")
    strata = np.zeros(count, dtype=np.intp)
    strata[questions] = categories
    weights = question_weights(count, rounds=rounds, seed=seed, strata=strata)[:, questions]
    draws = _win_rate(_fit(x, y, weights), categories.tolist(), weights)
    value = float(_win_rate(fit, categories.tolist(), np.ones((1, len(y))))[0])
    return replace(bootstrapped(value, len(y), draws, count, seed=seed), method=_METHOD)


def _fit(x: Floats, y: Floats, weights: Floats) -> Floats:
    """Return the logistic coefficients (rounds x k) for each round's weights, by Newton's method."""
    k = x.shape[1]
    squares = (x[:, :, None] * x[:, None, :]).reshape(len(x), k * k)
    found = np.zeros((len(weights), k))
    seen = _likelihood(found, x, y, weights)
    for _ in range(_STEPS):
        p = _logistic(found @ x.T)
        gradient = (weights * (y - p)) @ x - _RIDGE * found
        curvature = ((weights * p * (1 - p)) @ squares).reshape(-1, k, k) + _RIDGE * np.eye(k)
        step = np.linalg.solve(curvature, gradient[:, :, None])[:, :, 0]
        better = _likelihood(found + step, x, y, weights)
        while (worse := better < seen - 1e-12 * np.abs(seen)).any():
            step = np.where(worse[:, None], step / 2, step)
            better = _likelihood(found + step, x, y, weights)
        found, seen = found + step, better
        if np.abs(step).max() < 1e-9:
            break
    return found


def _likelihood(found: Floats, x: Floats, y: Floats, weights: Floats) -> Floats:
    level = found @ x.T
    fit = weights * (y * level - np.logaddexp(0, level))
    return np.asarray(fit.sum(axis=1) - _RIDGE / 2 * (found**2).sum(axis=1))


def _win_rate(found: Floats, categories: Sequence[int], weights: Floats) -> Floats:
    level = _logistic(found[:, categories])
    return np.asarray((weights * level).sum(axis=1) / weights.sum(axis=1))


def _logistic(value: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-value)))
