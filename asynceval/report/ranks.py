"""Ranks: which places each model of a leaderboard may have, and which models are not told apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from string import ascii_lowercase

from asynceval.stats.paired import comparisons
from asynceval.stats.ranks import above_by_pairs, groups, rank_ranges
from asynceval.stats.spots import Spot

_FEW, _FEW_ROUNDS = 10, 9_999
_MANY, _ROUNDS = 50, 99_999
_LEVEL = 0.05
_RUN = 3
Scores = Mapping[str, Sequence[tuple[Spot, float]]]
"""Each model's scores or outcomes, by what they are for."""


@dataclass(frozen=True, slots=True)
class Rank:
    """The best and the worst rank, from 1, that the data allow, and the groups that the model is in.

    Two models share a group exactly when they are not told apart; group 1 has the best model in it.
    """

    best: int
    worst: int
    groups: tuple[int, ...]

    @property
    def places(self) -> str:
        """The range of ranks in words, such as 2–5."""
        return str(self.best) if self.best == self.worst else f"{self.best}–{self.worst}"

    @property
    def letters(self) -> str:
        """A letter for each group, and what follows z is aa: such as ab, or a,c–f where three or more adjoin."""
        found: list[str] = []
        runs = groupby(enumerate(self.groups), key=lambda item: item[1] - item[0])
        for _, run in runs:
            names = [_letter(group) for _, group in run]
            found += names if len(names) < _RUN else [f"{names[0]}–{names[-1]}"]
        return ("," if any(len(name) > 1 for name in found) else "").join(found)


def _letter(group: int) -> str:
    """Return a, b, ..., z, aa, ab, ... for a group's number from 1."""
    name = ""
    while group:
        group, place = divmod(group - 1, len(ascii_lowercase))
        name = ascii_lowercase[place] + name
    return name


def rounds(models: int) -> int | None:
    """Return how many sign flips tell so many models apart after Holm's correction; None: too many."""
    return _FEW_ROUNDS if models <= _FEW else _ROUNDS if models <= _MANY else None


def ranked(scores: Scores) -> dict[str, Rank]:
    """Return the rank of each model that has a score; the best come first.

    One model is above another if it scores more on the spots that both have and the p-value by sign
    flips is below 0.05 after Holm's correction over all pairs. Beyond 50 models, where so many pairs are
    too much for sign flips, it is by Student's t.
    """
    known = {model: its for model, its in scores.items() if its}
    places = {model: place for place, model in enumerate(known)}
    above = above_by_pairs(
        len(known),
        (
            (places[each.first], places[each.second], each.paired.difference.value)
            for each in comparisons(known, rounds=rounds(len(known)))
            if each.p_corrected < _LEVEL
        ),
    )
    display = groups(above)
    return {
        model: Rank(
            its.best,
            its.worst,
            tuple(number for number, group in enumerate(display, 1) if place in group),
        )
        for place, (model, its) in enumerate(zip(known, rank_ranges(above), strict=True))
    }
