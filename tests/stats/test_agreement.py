"""Agreement, by hand and against a plain count over all pairs of people."""

import json
from collections import defaultdict
from itertools import combinations
from random import Random
from typing import Literal

import pytest

from asynceval.stats.agreement import (
    Item,
    Setup,
    Winner,
    agreement,
    among,
    between,
    majority,
    vote,
)
from tests.real_files import MT_BENCH, needs_mt_bench

Q1, Q2 = Item("1", 1, "x", "y"), Item("2", 1, "x", "z")
VOTES: dict[Item, tuple[Winner, ...]] = {
    Q1: ("first", "first", "tie"),
    Q2: ("second", "first"),
}


def test_the_order_of_models_in_a_vote_is_arbitrary() -> None:
    """Turned around, it is the same vote."""
    item = Item("7", 2, "x", "y")
    assert vote("7", 2, "x", "y", "a") == vote("7", 2, "y", "x", "b") == (item, "first")
    assert vote("7", 2, "x", "y", "b") == vote("7", 2, "y", "x", "a") == (item, "second")
    assert vote("7", 2, "x", "y", "tie") == vote("7", 2, "y", "x", "tie") == (item, "tie")


@pytest.mark.parametrize(("setup", "agree", "total"), [("S1", 3, 5), ("S2", 3, 4)])
def test_a_judge_and_people_by_hand(setup: Setup, agree: int, total: int) -> None:
    """Each vote is a comparison with the judge's; S2 drops the one that is a tie."""
    got = agreement(between({Q1: "first", Q2: "second"}, VOTES), setup)
    assert (got.agree, got.total) == (agree, total)
    assert got.ratio is not None
    assert (got.ratio.value, got.ratio.dropped) == (agree / total, 5 - total)


@pytest.mark.parametrize(("setup", "agree", "total"), [("S1", 1, 4), ("S2", 1, 2)])
def test_people_among_themselves_by_hand(setup: Setup, agree: int, total: int) -> None:
    """All unordered pairs of votes on an item."""
    got = agreement(among(VOTES), setup)
    assert (got.agree, got.total) == (agree, total)


def test_a_tie_of_the_judge_is_a_label_or_dropped() -> None:
    """In S1 it agrees with a tie only, in S2 it says nothing."""
    rows = between({Q1: "tie"}, VOTES)
    assert (agreement(rows, "S1").agree, agreement(rows, "S1").total) == (1, 3)
    assert (agreement(rows, "S2").total, agreement(rows, "S2").ratio) == (0, None)


def test_only_what_both_judged_is_compared() -> None:
    """Items of one side only make no comparison."""
    assert between({Item("9", 1, "x", "y"): "first"}, VOTES) == ()
    assert among({Q1: ("first",)}) == ()


@pytest.mark.parametrize("setup", ["S1", "S2"])
def test_against_a_plain_count(setup: Setup) -> None:
    """On random votes, by turn."""
    dice = Random(4)
    choices: tuple[Winner, ...] = ("first", "second", "tie")
    votes = {
        Item(str(question), turn, "x", other): [
            dice.choice(choices) for _ in range(dice.randint(0, 4))
        ]
        for question in range(20)
        for turn in (1, 2)
        for other in ("y", "z")
    }
    counts: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for item, cast in votes.items():
        for one, other in combinations(cast, 2):
            if setup == "S1" or (one != "tie" and other != "tie"):
                counts[item.turn][0] += one == other
                counts[item.turn][1] += 1
    for turn, expected in counts.items():
        got = agreement((row for row in among(votes) if row.item.turn == turn), setup, rounds=200)
        assert [got.agree, got.total] == expected


def test_the_interval_is_over_questions() -> None:
    """Many votes on one question are one question; two differ as a whole."""
    one = agreement(among({Q1: ("first",) * 9}), "S1")
    assert one.ratio is not None
    assert (one.ratio.n, one.ratio.interval) == (36, None)
    both: dict[Item, tuple[Winner, ...]] = {Q1: ("first",) * 9, Q2: ("first", "second")}
    two = agreement(among(both), "S1")
    assert two.ratio is not None
    assert two.ratio.interval == pytest.approx((0, 1), abs=0.01)


def test_the_majority() -> None:
    """The most votes win, as many for another are a tie, none are nothing."""
    assert majority(("first", "second", "first")) == "first"
    assert majority(("first", "second")) == "tie"
    assert majority(("tie", "tie", "first")) == "tie"
    assert majority(()) is None


@needs_mt_bench
def test_real_votes() -> None:
    """Of twelve votes ten are experts'; three of them are on one item, and all agree."""
    sides: dict[str, Literal["a", "b", "tie"]] = {"model_a": "a", "model_b": "b", "tie": "tie"}
    votes: defaultdict[Item, list[Winner]] = defaultdict(list)
    for line in (MT_BENCH / "human_votes_sample.jsonl").read_text("utf-8").splitlines():
        record = json.loads(line)
        if record["judge"].startswith("expert"):
            names = (record["model_a"], record["model_b"])
            winner = sides[record["winner"]]
            item, won = vote(str(record["question_id"]), record["turn"], *names, winner)
            votes[item].append(won)
    got = agreement(among(votes), "S1")
    assert sum(map(len, votes.values())) == 10
    assert (got.agree, got.total) == (3, 3)
