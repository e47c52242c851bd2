"""Ranks: which places a model may have, and which models cannot be told apart."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from asynceval.stats.arrays import Bools


@dataclass(frozen=True, slots=True)
class RankRange:
    """The best and the worst rank, from 1, that the data allow."""

    best: int
    worst: int


def above_by_pairs(models: int, differences: Iterable[tuple[int, int, float]]) -> Bools:
    """Return which models are above which, from (first, second, difference) of those told apart."""
    above = np.zeros((models, models), dtype=np.bool_)
    for first, second, difference in differences:
        above[first, second] = difference > 0
        above[second, first] = difference < 0
    return above


def rank_ranges(above: Bools) -> tuple[RankRange, ...]:
    """Return each model's range of ranks, where [i, j] says that model i is surely above model j.

    The best rank is 1 + the number of models surely above, the worst is the number of all models less
    those surely below (Chatbot Arena, arXiv:2403.04132).
    """
    models = len(above)
    better, worse = above.sum(axis=0).tolist(), above.sum(axis=1).tolist()
    return tuple(RankRange(1 + b, models - w) for b, w in zip(better, worse, strict=True))


def groups(above: Bools) -> tuple[tuple[int, ...], ...]:
    """Return the largest groups of models in which none is surely above another.

    Two models share a group exactly when they cannot be told apart, so a model may be in several: the
    compact letter display (Piepho 2004). Groups come in the order of their members, so number the
    models from the best.
    """
    found = [frozenset(range(len(above)))] if len(above) else []
    for one, other in np.argwhere(above).tolist():
        split = [group for group in found if {one, other} <= group]
        halves = {group - {each} for group in split for each in (one, other)}
        kept = [group for group in found if group not in split]
        # A half that lies inside another group says nothing of its own.
        found = kept + [half for half in halves if not any(half <= each for each in kept)]
    return tuple(sorted(tuple(sorted(group)) for group in found))
