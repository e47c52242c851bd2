"""How long do the ratings of 200 models from 1,000,000 games take, clustered intervals included?

Beside it evalica fits the same games, in compiled code, without standard errors; the two must agree.
"""

from collections.abc import Callable
from time import perf_counter
from typing import TypeVar

import evalica
import numpy as np

from asynceval.stats.games import Games
from asynceval.stats.ratings import ratings
from bench.rig import answer, size

MODELS, QUESTIONS, GAMES, ROUNDS = 200, 80, 1_000_000, 3
_Fit = TypeVar("_Fit")


def drawn(games: int) -> Games:
    """Return games between random models, a fifth of them ties."""
    dice = np.random.default_rng(1)
    first = dice.integers(0, MODELS, games)
    second = (first + dice.integers(1, MODELS, games)) % MODELS
    strengths = dice.normal(0, 1, MODELS)
    p = 1 / (1 + np.exp(strengths[second] - strengths[first]))
    outcome = np.where(dice.random(games) < 0.2, 0.5, (dice.random(games) < p) * 1.0)
    names = tuple(f"model-{number:03}" for number in range(MODELS))
    question = dice.integers(0, QUESTIONS, games)
    return Games(names, first, second, outcome, question, QUESTIONS, np.ones(games))


def timed(fit: Callable[[], _Fit]) -> tuple[float, _Fit]:
    """Return the seconds of the best of a few rounds, and what came out."""
    seconds = []
    for _ in range(ROUNDS):
        started = perf_counter()
        fit()
        seconds.append(perf_counter() - started)
    return min(seconds), fit()


def main() -> None:
    """Fit the same games with both."""
    games = drawn(size(GAMES))
    first = [games.models[place] for place in games.first.tolist()]
    second = [games.models[place] for place in games.second.tolist()]
    words = {1.0: evalica.Winner.X, 0.5: evalica.Winner.Draw, 0.0: evalica.Winner.Y}
    winners = [words[outcome] for outcome in games.outcome.tolist()]
    ours, found = timed(lambda: ratings(games, games.models[0]))
    others, other = timed(lambda: evalica.bradley_terry(first, second, winners, tie_weight=0.5))
    if found is None:
        raise SystemExit("no game was drawn")
    points = np.array([value.value for value in found.values if value is not None])
    logs = 400 * np.log10(other.scores.loc[list(games.models)].to_numpy())
    answer(
        bench="bradley_terry",
        games=len(games),
        seconds=round(ours, 2),
        evalica_over_ours=round(others / ours, 2),
        points_apart=float(f"{np.abs(points - 1000 - (logs - logs[0])).max():.1g}"),
        must=2,
    )


if __name__ == "__main__":
    main()
