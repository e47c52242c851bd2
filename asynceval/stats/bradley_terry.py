"""Bradley-Terry: strengths from games, so that the odds of winning are those of the strengths.

P(a beats b) = s(t_a - t_b) with the logistic s; a tie is half a win for both (Bradley and Terry 1952;
Chatbot Arena, arXiv:2403.04132). All costs but one pass go by the table of wins, not by the games.
"""

from math import log

import numpy as np

from asynceval.stats.arrays import Floats, sums
from asynceval.stats.games import Games

ELO = 400 / log(10)
RIDGE = 0.5
_STEPS = 100
_TINY = 1e-300


def strengths(wins: Floats, *, ridge: float | Floats = 0.0, start: Floats | None = None) -> Floats:
    """Return the strengths t, mean 0, that make a table of wins most likely, by Newton's method.

    wins[i, j] is how often i beat j, ties half for each. Without `ridge` all models must be one strong
    component, else a strength is infinite; `ridge` takes ridge / 2 * sum of t^2 off the log-likelihood.
    Many tables of one size (..., models, models), with a ridge for each, are fitted at once.
    """
    met = wins + wins.swapaxes(-1, -2)
    penalty = np.broadcast_to(ridge, wins.shape[:-2])[..., None]
    t = np.zeros(wins.shape[:-1]) if start is None else np.broadcast_to(start, wins.shape[:-1])
    seen = _likelihood(wins, t, penalty)
    for _ in range(_STEPS):
        p = _chances(t)
        gradient = wins.sum(axis=-1) - (met * p).sum(axis=-1) - penalty * t
        held = _held(_information(met, p), penalty)
        step = np.linalg.solve(held, gradient[..., None])[..., 0]
        found = _likelihood(wins, t + step, penalty)
        # A whole step may overshoot where a model wins nearly always.
        while (worse := found < seen - 1e-12 * np.abs(seen)).any():
            step = np.where(worse[..., None], step / 2, step)
            found = _likelihood(wins, t + step, penalty)
        t, seen = t + step, found
        if np.abs(step).max() < 1e-11:
            break
    return np.asarray(t - t.mean(axis=-1, keepdims=True))


def sandwich(games: Games, wins: Floats, t: Floats, *, ridge: float = 0.0) -> Floats:
    """Return the covariance of the strengths t, clustered by question; `wins` is the games' table.

    pinv(I) [sum over questions of u u^T] pinv(I) * G / (G - 1), with the information I and u the sum of
    (outcome - p)(e_first - e_second) over a question's games (CR1; Chatbot Arena's sandwich has one
    game a cluster). Games of a question depend on each other, so their number alone claims too much.
    """
    size, groups = len(t), games.questions_played
    chances = _chances(t)
    surprise = games.weight * (games.outcome - chances[games.first, games.second])
    place = games.question * size
    cells = games.questions * size
    scores = sums(place + games.first, surprise, cells)
    scores -= sums(place + games.second, surprise, cells)
    scores = scores.reshape(games.questions, size)
    information = _information(wins + wins.T, chances)
    # Each row of scores adds up to 0, so what holds the mean at 0 has no part in the product.
    spread: Floats = scores @ np.linalg.inv(_held(information, np.array([ridge])))
    return spread.T @ spread * groups / (groups - 1)


def chance(difference: float) -> float:
    """Return how likely a model wins that is rated higher by so many Elo points."""
    return float(1 / (1 + 10 ** (-difference / 400)))


def _chances(t: Floats) -> Floats:
    """Return how likely each model (row) beats each other."""
    return np.asarray(1 / (1 + np.exp(t[..., None, :] - t[..., :, None])))


def _likelihood(wins: Floats, t: Floats, penalty: Floats) -> Floats:
    lost = np.logaddexp(0, t[..., None, :] - t[..., :, None])
    return np.asarray(-(wins * lost).sum(axis=(-1, -2)) - (penalty * t * t).sum(axis=-1) / 2)


def _information(met: Floats, p: Floats) -> Floats:
    """Return the Fisher information of the strengths."""
    cells = met * p * (1 - p)
    return np.asarray(cells.sum(axis=-1)[..., None] * np.eye(cells.shape[-1]) - cells)


def _held(information: Floats, penalty: Floats) -> Floats:
    """Return the information with the penalty, and with what holds the mean, which no game tells, at 0."""
    size = information.shape[-1]
    scale = np.trace(information, axis1=-2, axis2=-1)[..., None, None] / size**2
    return np.asarray(information + penalty[..., None] * np.eye(size) + scale + _TINY)
