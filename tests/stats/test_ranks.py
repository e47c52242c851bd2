"""Rank ranges, and groups of models that cannot be told apart."""

from itertools import combinations
from random import Random

import numpy as np

from asynceval.stats.ranks import RankRange, above_by_pairs, groups, rank_ranges


def test_by_hand() -> None:
    """The first is above the third and fourth, the last below all."""
    above = above_by_pairs(4, [(0, 2, 2.0), (0, 3, 7.0), (3, 1, -5.0), (2, 3, 4.0)])
    assert [RankRange(1, 2), RankRange(1, 3), RankRange(2, 3), RankRange(4, 4)] == list(
        rank_ranges(above)
    )
    assert groups(above) == ((0, 1), (1, 2), (3,))


def test_told_apart_from_nobody_any_rank_is_possible() -> None:
    """A model of which too little is known is in every group."""
    above = above_by_pairs(3, [(0, 2, 7.0)])
    assert rank_ranges(above) == (RankRange(1, 2), RankRange(1, 3), RankRange(2, 3))
    assert groups(above) == ((0, 1), (1, 2))


def test_no_models_and_one() -> None:
    """Nothing has no groups; one model is a group and has the first rank."""
    assert groups(np.zeros((0, 0), dtype=bool)) == ()
    assert groups(np.zeros((1, 1), dtype=bool)) == ((0,),)
    assert rank_ranges(np.zeros((1, 1), dtype=bool)) == (RankRange(1, 1),)


def test_sharing_a_group_is_exactly_not_being_told_apart() -> None:
    """For any pattern of pairs, not only those of intervals, and no group lies within another."""
    dice = Random(8)
    for _ in range(200):
        size = dice.randint(2, 7)
        above = np.zeros((size, size), dtype=bool)
        for one, other in combinations(range(size), 2):
            above[one, other] = dice.random() < 0.5
        found = groups(above)
        for one, other in combinations(range(size), 2):
            together = any({one, other} <= set(group) for group in found)
            assert together != above[one, other]
        assert not any(set(a) < set(b) for a in found for b in found)
        assert len(set(found)) == len(found)
        assert {each for group in found for each in group} == set(range(size))
