"""Games as columns of numbers: who met whom, how it ended, and on which question."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from asynceval.stats.arrays import Floats, Ints, numbered, sums


@dataclass(frozen=True, slots=True, eq=False)
class Games:
    """Games between `models`; all columns are as long as there are games.

    `first` and `second` are places in `models`, `outcome` is 1, 0.5 or 0 for the first, `question` is a
    number from 0 below `questions`, and `weight` says how many games a row counts for.
    """

    models: tuple[str, ...]
    first: Ints
    second: Ints
    outcome: Floats
    question: Ints
    questions: int
    weight: Floats

    def __len__(self) -> int:
        """Return how many games there are."""
        return len(self.first)

    @property
    def questions_played(self) -> int:
        """How many questions have a game."""
        return int(np.count_nonzero(np.bincount(self.question)))

    def wins(self, weight: Floats | None = None) -> Floats:
        """Return how often each model (row) beat each other (column); a tie is half a win for both.

        `weight` stands in for the games' own.
        """
        size = len(self.models)
        given = self.weight if weight is None else weight
        won = sums(self.first * size + self.second, given * self.outcome, size * size)
        lost = sums(self.second * size + self.first, given * (1 - self.outcome), size * size)
        return (won + lost).reshape(size, size)

    def among(self, places: Ints) -> "Games":
        """Return the games that the models at these places play with each other, and them only."""
        new = np.full(len(self.models), -1, dtype=np.intp)
        new[places] = np.arange(len(places))
        kept = (new[self.first] >= 0) & (new[self.second] >= 0)
        return Games(
            tuple(self.models[place] for place in places.tolist()),
            new[self.first[kept]],
            new[self.second[kept]],
            self.outcome[kept],
            self.question[kept],
            self.questions,
            self.weight[kept],
        )

    def condensed(self) -> "Games":
        """Return the games with one row for all on a question between the same two models.

        Its outcome is their mean and its weight their number: no fit sees the difference.
        """
        size = len(self.models)
        swap = self.first > self.second
        low, high = np.minimum(self.first, self.second), np.maximum(self.first, self.second)
        codes = (self.question * size + low) * size + high
        cells, place = np.unique(codes, return_inverse=True)
        weight = sums(place, self.weight, len(cells))
        outcome = np.where(swap, 1 - self.outcome, self.outcome)
        won = sums(place, self.weight * outcome, len(cells))
        return Games(
            self.models,
            cells // size % size,
            cells % size,
            won / weight,
            cells // size // size,
            self.questions,
            weight,
        )


def games(rows: Iterable[tuple[str, str, str, float]], models: Iterable[str] = ()) -> Games:
    """Return (question, first, second, outcome of the first) rows as columns.

    `models` come first and in this order, whether they played or not; others as they appear.
    """
    known = tuple(rows)
    names = tuple(dict.fromkeys([*models, *(name for row in known for name in row[1:3])]))
    places = {name: place for place, name in enumerate(names)}
    question, questions = numbered(row[0] for row in known)
    return Games(
        names,
        np.array([places[row[1]] for row in known], dtype=np.intp),
        np.array([places[row[2]] for row in known], dtype=np.intp),
        np.array([row[3] for row in known], dtype=np.float64),
        question,
        questions,
        np.ones(len(known)),
    )
