"""Ranks: which places each model of a leaderboard may have, and which models are not told apart."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from asynceval.stats.mean import clustered_mean
from asynceval.stats.paired import comparisons, item_means
from asynceval.stats.ranks import above_by_interval, above_by_pairs, groups, rank_ranges

_FEW_PAIRS, _FEW_ROUNDS, _ROUNDS = 45, 9_999, 99_999
_MOST_PAIRED = 50
_LEVEL = 0.05
Scores = Mapping[str, Sequence[tuple[str, Hashable, float]]]
"""Each model's scores or outcomes as (question, item, value) rows; models are compared item by item."""


@dataclass(frozen=True, slots=True)
class Rank:
    """The best and the worst rank, from 1, that the data allow, and the groups that the model is in.

    Two models share a group exactly when they are not told apart; group 1 has the best model in it.
    """

    best: int
    worst: int
    groups: tuple[int, ...]


def rounds(models: int) -> int:
    """Return how many sign flips tell so many models apart after Holm's correction."""
    return _FEW_ROUNDS if models * (models - 1) // 2 <= _FEW_PAIRS else _ROUNDS


def ranked(scores: Scores) -> dict[str, Rank]:
    """Return the rank of each model that has a score; the best come first.

    One model is above another if it scores more on the items that both have and the p-value by sign
    flips is below 0.05 after Holm's correction over all pairs. Beyond 50 models, where so many pairs are
    too much for sign flips, it is if its interval lies wholly above the other's.
    """
    models = [model for model in scores if scores[model]]
    if len(models) <= _MOST_PAIRED:
        means = {model: item_means(scores[model]) for model in models}
        couples = ((a, b, means[a], means[b]) for a, b in combinations(models, 2))
        found = comparisons(couples, rounds=rounds(len(models)))
        places = {model: place for place, model in enumerate(models)}
        above = above_by_pairs(
            len(models),
            (
                (places[each.first], places[each.second], each.paired.difference.value)
                for each in found
                if each.p_corrected < _LEVEL
            ),
        )
    else:
        alone = [clustered_mean((q, value) for q, _, value in scores[model]) for model in models]
        above = above_by_interval([mean.interval if mean else None for mean in alone])
    display = groups(above)
    return {
        model: Rank(
            its.best,
            its.worst,
            tuple(number for number, group in enumerate(display, 1) if place in group),
        )
        for place, (model, its) in enumerate(zip(models, rank_ranges(above), strict=True))
    }
