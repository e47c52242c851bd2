"""Outcomes: what the two games of a pair come to, and how often a model wins."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Literal

from asynceval.stats.bootstrap import ROUNDS, bootstrap_mean
from asynceval.stats.estimate import Estimate
from asynceval.stats.proportion import sign_test

WIN, TIE, LOSS = 1.0, 0.5, 0.0
Screen = Literal["A", "B", "tie"]


@dataclass(frozen=True, slots=True)
class Record:
    """How often a model won, lost and tied. `dropped` are pairs in which a game has no verdict.

    `adjusted` is (win + tie / 2) / n with a bootstrap over questions, `p` the sign test of wins against
    losses: how likely they are if neither side is better. Undefined is None.
    """

    win: int
    loss: int
    tie: int
    dropped: int
    adjusted: Estimate | None
    p: float | None

    @property
    def n(self) -> int:
        """How many outcomes there are."""
        return self.win + self.loss + self.tie

    @property
    def win_rate(self) -> float | None:
        """Wins of all outcomes."""
        return self.win / self.n if self.n else None

    @property
    def loss_rate(self) -> float | None:
        """Losses of all outcomes."""
        return self.loss / self.n if self.n else None

    @property
    def win_rate_no_ties(self) -> float | None:
        """Wins of those outcomes that are not ties."""
        decided = self.win + self.loss
        return self.win / decided if decided else None


def pair_outcome(one: Screen | None, other: Screen | None) -> float | None:
    """Return 1, 0.5 or 0 for the model shown first in game one and second in the other game.

    The conservative rule of MT-Bench (arXiv:2306.05685): who wins both games wins, everything else is a
    tie. None if either game has no verdict: the pair is dropped, and counted.
    """
    if one is None or other is None:
        return None
    if (one, other) == ("A", "B"):
        return WIN
    if (one, other) == ("B", "A"):
        return LOSS
    return TIE


def score_outcome(one: float, other: float) -> float:
    """Return 1, 0.5 or 0 for the model with score `one`: the higher score wins, equal ones tie.

    How MT-Bench derives pairs from single scores (arXiv:2306.05685).
    """
    return TIE if one == other else WIN if one > other else LOSS


def record(
    outcomes: Iterable[tuple[str, float | None]], *, rounds: int = ROUNDS, seed: int = 0
) -> Record:
    """Return what a model's (question, outcome) pairs come to; None is a pair without a verdict.

    Rates follow FastChat: n = win + loss + tie. Games of a question depend on each other, so the
    interval is a bootstrap over questions.
    """
    rows = tuple(outcomes)
    valid = [(question, outcome) for question, outcome in rows if outcome is not None]
    counts = Counter(outcome for _, outcome in valid)
    dropped = len(rows) - len(valid)
    return Record(
        counts[WIN],
        counts[LOSS],
        counts[TIE],
        dropped,
        bootstrap_mean(valid, dropped=dropped, rounds=rounds, seed=seed),
        sign_test(counts[WIN], counts[LOSS]),
    )


def win_matrix(
    games: Iterable[tuple[str, str, float]], models: Sequence[str]
) -> tuple[tuple[float | None, ...], ...]:
    """Return the adjusted win rate of each model (row) against each other (column), None where none.

    Games are (first, second, outcome of the first).
    """
    found: dict[tuple[str, str], list[float]] = {}
    for first, second, outcome in games:
        found.setdefault((first, second), []).append(outcome)
        found.setdefault((second, first), []).append(1 - outcome)
    return tuple(tuple(_mean(found.get((row, column), ())) for column in models) for row in models)


def average_win_rate(row: Iterable[float | None]) -> float | None:
    """Return the mean over opponents of a row of the matrix (MT-Bench, figure 3); None of nothing.

    It is the rate over all games only where each opponent was met equally often.
    """
    return _mean([rate for rate in row if rate is not None])


def _mean(values: Sequence[float]) -> float | None:
    return fsum(values) / len(values) if values else None
