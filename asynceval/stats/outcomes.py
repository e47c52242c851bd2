"""Outcomes: what the two games of a pair come to, and how often a model wins."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Literal

import numpy as np

from asynceval.stats.arrays import columns, sums
from asynceval.stats.bootstrap import ROUNDS, bootstrap_share
from asynceval.stats.estimate import Estimate
from asynceval.stats.flips import sign_flips

WIN, TIE, LOSS = 1.0, 0.5, 0.0
_FLIPS = 9_999
Screen = Literal["A", "B", "tie"]


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a model won, lost and tied. `dropped` are pairs in which a game has no verdict."""

    win: int
    loss: int
    tie: int
    dropped: int = 0

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


@dataclass(frozen=True, slots=True)
class Record(Tally):
    """A tally with what can be concluded from it; undefined is None.

    `adjusted` is (win + tie / 2) / n with a bootstrap over questions; `p` says how likely a rate as far
    from one half is if neither side is better, by flipping signs question by question.
    """

    adjusted: Estimate | None = None
    p: float | None = None


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


def tally(outcomes: Iterable[float | None]) -> Tally:
    """Count outcomes; None is a pair without a verdict. Rates follow FastChat: n = win + loss + tie."""
    counts = Counter(outcomes)
    return Tally(counts[WIN], counts[LOSS], counts[TIE], counts[None])


def record(
    outcomes: Iterable[tuple[str, float | None]], *, rounds: int = ROUNDS, seed: int = 0
) -> Record:
    """Return what a model's (question, outcome) pairs come to; None is a pair without a verdict.

    Games of a question depend on each other, so the interval is a bootstrap over questions, and p flips
    the signs of the questions' mean outcomes less one half. With one decided game a question that is the
    sign test.
    """
    rows = tuple(outcomes)
    valid = [(question, outcome) for question, outcome in rows if outcome is not None]
    counts = tally(outcome for _, outcome in rows)
    share = bootstrap_share(valid, dropped=counts.dropped, rounds=rounds, seed=seed)
    return Record(
        *(counts.win, counts.loss, counts.tie, counts.dropped), share, _p(valid) if valid else None
    )


def _p(outcomes: Sequence[tuple[str, float]]) -> float:
    numbers, questions, values = columns(outcomes)
    means = sums(numbers, values, questions) / np.bincount(numbers)
    return float(sign_flips(means[:, None] - TIE, rounds=_FLIPS)[0])


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
