"""Ratings: Bradley-Terry strengths on the Elo scale, with their uncertainty."""

from dataclasses import dataclass, replace
from math import sqrt

import numpy as np

from asynceval.stats.arrays import Bools, Floats, Ints
from asynceval.stats.bootstrap import bootstrapped, question_weights
from asynceval.stats.bradley_terry import ELO, RIDGE, sandwich, strengths
from asynceval.stats.connectivity import islands, strong_components
from asynceval.stats.estimate import Estimate, by_question
from asynceval.stats.games import Games

ORIGIN = 1000.0
ROUNDS = 1000
_CELLS = 2_000_000
_METHOD = "Bradley-Terry, sandwich clustered by question (CR1), t"


@dataclass(frozen=True, slots=True, eq=False)
class Ratings:
    """The ratings of models in the order of `models`, in Elo points; what is not defined is None.

    The `anchor` has exactly 1000; without one the mean of the largest component has. `components` are
    the sets of models that wins lead through in both directions. With more than one, some models never
    won or never lost against the rest and no finite rating is the most likely: the fit then takes the
    penalty `ridge`, and a rating outside the anchor's component tells the order only, without an
    interval. A model that no chain of games connects to the anchor has no rating.
    """

    models: tuple[str, ...]
    values: tuple[Estimate | None, ...]
    anchor: str | None
    components: tuple[tuple[str, ...], ...]
    ridge: float
    covariance: Floats
    questions: int

    def difference(self, one: str, other: str) -> Estimate | None:
        """Return how many points higher `one` is rated; None if either has no rating.

        Its variance is that of the difference, not the sum of two: ratings depend on each other.
        """
        i, j = self.models.index(one), self.models.index(other)
        first, second = self.values[i], self.values[j]
        if first is None or second is None:
            return None
        contrast = np.zeros(len(self.models))
        contrast[i] += 1
        contrast[j] -= 1
        together = any({one, other} <= set(component) for component in self.components)
        se = _error(self.covariance, contrast) if together else None
        n = min(first.n, second.n)
        return by_question(first.value - second.value, n, se, self.questions, _METHOD)


def ratings(games: Games, anchor: str | None = None) -> Ratings | None:
    """Return the ratings with intervals from the question-clustered sandwich; None without a game.

    R = 1000 + 400 / ln 10 * (t - t_anchor), and the variance is that of this difference (Chatbot Arena,
    arXiv:2403.04132, with the question as the cluster).
    """
    fit = _fit(games, anchor)
    if fit is None:
        return None
    size = len(games.models)
    covariance = np.zeros((size, size))
    questions = fit.games.questions_played
    if questions > 1:
        inside = sandwich(fit.games, fit.wins, fit.t, ridge=fit.ridge)
        covariance[np.ix_(fit.places, fit.places)] = ELO**2 * inside
    values: list[Estimate | None] = [None] * size
    points = _points(fit.t, fit.origin)
    played = fit.wins.sum(axis=0) + fit.wins.sum(axis=1)
    for place, model in enumerate(fit.places.tolist()):
        contrast = np.zeros(size)
        contrast[fit.places] = -fit.origin
        contrast[model] += 1
        se = _error(covariance, contrast) if fit.bound[place] else None
        values[model] = by_question(
            float(points[place]), int(played[place]), se, questions, _METHOD
        )
    return _ratings(games, anchor, fit, values, covariance)


def bootstrap_ratings(
    games: Games, anchor: str | None = None, *, rounds: int = ROUNDS, seed: int = 0
) -> Ratings | None:
    """Return the ratings with percentiles from a bootstrap over questions; None without a game.

    A round in which the questions drawn do not connect the models is fitted with the ridge.
    """
    found = ratings(games, anchor)
    fit = _fit(games.condensed(), anchor)
    if found is None or fit is None:
        return None
    size = len(fit.places)
    weights = question_weights(games.questions, rounds=rounds, seed=seed)
    parts = np.array_split(weights, 1 + rounds * size**2 // _CELLS)
    draws = np.concatenate([_drawn(fit, part) for part in parts])
    values = list(found.values)
    for place, model in enumerate(fit.places.tolist()):
        value = values[model]
        if value is not None and value.se is not None:
            column = draws[:, place]
            values[model] = bootstrapped(value.value, value.n, column, found.questions, seed=seed)
    return replace(found, values=tuple(values))


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """A fit of the models at `places`, and of their games only.

    `origin` weighs the strengths that are given the origin of the scale, `bound` tells which models the
    games bind to it.
    """

    places: Ints
    games: Games
    wins: Floats
    t: Floats
    ridge: float
    components: Ints
    origin: Floats
    bound: Bools


def _fit(games: Games, anchor: str | None) -> _Fit | None:
    if not len(games):
        return None
    table = games.wins()
    apart = islands(table)
    island = _most(apart) if anchor is None else apart[games.models.index(anchor)]
    places = np.flatnonzero(apart == island)
    inside = games.among(places) if len(places) < len(table) else games
    wins = table[np.ix_(places, places)]
    components = strong_components(wins)
    bound = components == _most(components)
    origin = bound / bound.sum()
    if anchor is not None:
        origin = np.equal(inside.models, anchor).astype(np.float64)
        bound = components == components[inside.models.index(anchor)]
    ridge = RIDGE if components.any() else 0.0
    t = strengths(wins, ridge=ridge)
    return _Fit(places, inside, wins, t, ridge, components, origin, bound)


def _drawn(fit: _Fit, weights: Floats) -> Floats:
    """Return the ratings for each row of weights of the questions."""
    inside = fit.games
    wins = np.stack([inside.wins(inside.weight * weight[inside.question]) for weight in weights])
    apart = [fit.ridge > 0 or strong_components(table).any() for table in wins]
    return _points(strengths(wins, ridge=RIDGE * np.array(apart), start=fit.t), fit.origin)


def _ratings(
    games: Games,
    anchor: str | None,
    fit: _Fit,
    values: list[Estimate | None],
    covariance: Floats,
) -> Ratings:
    components: dict[int, list[str]] = {}
    for component, model in zip(fit.components.tolist(), fit.games.models, strict=True):
        components.setdefault(component, []).append(model)
    return Ratings(
        games.models,
        tuple(values),
        anchor,
        tuple(tuple(names) for names in components.values()),
        fit.ridge,
        covariance,
        fit.games.questions_played,
    )


def _points(t: Floats, origin: Floats) -> Floats:
    return ORIGIN + ELO * (t - (t @ origin)[..., None])


def _error(covariance: Floats, contrast: Floats) -> float:
    return sqrt(max(0.0, float(contrast @ covariance @ contrast)))


def _most(numbers: Ints) -> int:
    """Return the number that occurs most often, the lowest of several."""
    return int(np.bincount(numbers).argmax())
