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


def strengths(wins: Floats, *, ridge: float = 0.0, start: Floats | None = None) -> Floats:
    """Return the strengths t, mean 0, that make a table of wins most likely, by Newton's method.

    wins[i, j] is how often i beat j, ties half for each. Without `ridge` all models must be one strong
    component, else a strength is infinite; `ridge` takes ridge / 2 * sum of t^2 off the log-likelihood.
    """
    met = wins + wins.T
    t = np.zeros(len(wins)) if start is None else start
    seen = _likelihood(wins, t, ridge)
    for _ in range(_STEPS):
        p = _chances(t)
        gradient = wins.sum(axis=1) - (met * p).sum(axis=1) - ridge * t
        step = np.linalg.solve(_held(_information(met, p), ridge), gradient)
        # A whole step may overshoot where a model wins nearly always.
        while (found := _likelihood(wins, t + step, ridge)) < seen - 1e-12 * abs(seen):
            step /= 2
        t, seen = t + step, found
        if np.abs(step).max() < 1e-11:
            break
    return np.asarray(t - t.mean())


def sandwich(games: Games, t: Floats, *, ridge: float = 0.0) -> Floats:
    """Return the covariance of the strengths, clustered by question.

    pinv(I) [sum over questions of u u^T] pinv(I) * G / (G - 1), with the information I and u the sum of
    (outcome - p)(e_first - e_second) over a question's games (CR1; Chatbot Arena's sandwich has one
    game a cluster). Games of a question depend on each other, so their number alone claims too much.
    """
    size, groups = len(t), games.questions
    p = 1 / (1 + np.exp(t[games.second] - t[games.first]))
    surprise = games.weight * (games.outcome - p)
    place = games.question * size
    scores = sums(place + games.first, surprise, groups * size)
    scores -= sums(place + games.second, surprise, groups * size)
    scores = scores.reshape(groups, size)
    wins = games.wins()
    information = _information(wins + wins.T, _chances(t))
    # Taking off the mean undoes what holds the strengths' mean at 0.
    bread = np.linalg.inv(_held(information, ridge))
    bread -= bread.mean(axis=0)
    spread: Floats = scores @ bread
    return spread.T @ spread * groups / (groups - 1)


def chance(difference: float) -> float:
    """Return how likely a model wins that is rated higher by so many Elo points."""
    return float(1 / (1 + 10 ** (-difference / 400)))


def _chances(t: Floats) -> Floats:
    """Return how likely each model (row) beats each other."""
    return np.asarray(1 / (1 + np.exp(t[None, :] - t[:, None])))


def _likelihood(wins: Floats, t: Floats, ridge: float) -> float:
    lost = np.logaddexp(0, t[None, :] - t[:, None])
    return -float((wins * lost).sum()) - ridge / 2 * float(t @ t)


def _information(met: Floats, p: Floats) -> Floats:
    """Return the Fisher information of the strengths."""
    cells = met * p * (1 - p)
    return np.diag(cells.sum(axis=1)) - cells


def _held(information: Floats, ridge: float) -> Floats:
    """Return the information with what a shift of all strengths meets, which no game tells."""
    size = len(information)
    if ridge:
        return information + ridge * np.eye(size)
    scale = max(float(np.trace(information)), 1e-300) / size**2
    return information + scale
