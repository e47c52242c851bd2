"""Spots: what models are scored for, so that two of them are compared on the same."""

from collections.abc import Hashable, Iterable, Mapping
from typing import NamedTuple

import numpy as np

from asynceval.stats.arrays import Bools, Floats


class Spot(NamedTuple):
    """What a score is for: a part of a question (a turn of a sample, say), and beside which rival if any."""

    question: str
    part: Hashable = None
    rival: str | None = None


Scores = Iterable[tuple[Spot, float]]


class Two(NamedTuple):
    """Two models' means by question, and how many spots only one of them has.

    A question's mean is over the spots that both have, nan without any.
    """

    first: Floats
    second: Floats
    dropped: int


class Grid:
    """The scores of models by question, part and rival; a spot with several scores has their mean."""

    def __init__(self, scores: Mapping[str, Scores]) -> None:
        """Lay out what each model scored."""
        questions: dict[str, int] = {}
        parts: dict[Hashable, int] = {}
        rivals: dict[str | None, int] = {}
        axes: tuple[list[int], ...] = ([], [], [], [])
        values: list[float] = []
        for place, its in enumerate(scores.values()):
            for (question, part, rival), value in its:
                axes[0].append(place)
                axes[1].append(questions.setdefault(question, len(questions)))
                axes[2].append(parts.setdefault(part, len(parts)))
                axes[3].append(rivals.setdefault(rival, len(rivals)))
                values.append(value)
        shape = (len(scores), len(questions), len(parts), len(rivals))
        size = int(np.prod(shape))
        at = np.ravel_multi_index(tuple(np.array(axis, dtype=np.intp) for axis in axes), shape)
        counts = np.bincount(at, minlength=size)
        sums = np.bincount(at, values, minlength=size)
        self._means = np.where(counts, sums / np.maximum(counts, 1), np.nan).reshape(shape)
        self._places = {model: place for place, model in enumerate(scores)}
        self._rivals = rivals
        self.models = tuple(scores)
        self.questions = tuple(questions)

    def two(self, first: str, second: str) -> Two:
        """Return how two models compare; what they did against each other is a spot that both have.

        Rivals that only one of them has met leave no spots behind.
        """
        one, other = self._means[self._places[first]], self._means[self._places[second]]
        if first in self._rivals and second in self._rivals:
            here, there = self._rivals[second], self._rivals[first]
            other = other.copy()
            other[..., [here, there]] = other[..., [there, here]]
        has_one, has_other = np.isfinite(one), np.isfinite(other)
        both: Bools = has_one & has_other
        counts = both.sum(axis=(1, 2))
        first_means, second_means = (
            np.where(both, its, 0).sum(axis=(1, 2)) / np.where(counts, counts, np.nan)
            for its in (one, other)
        )
        have_met = has_one.any(axis=(0, 1)) & has_other.any(axis=(0, 1))
        return Two(first_means, second_means, int((has_one ^ has_other)[..., have_met].sum()))
