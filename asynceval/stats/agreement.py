"""Agreement: how often two kinds of judges, people or models, choose alike.

The probability that randomly selected, different individuals of each kind agree on a randomly selected
question (MT-Bench, arXiv:2306.05685), in the operational form of FastChat's compute_agreement.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, NamedTuple

from asynceval.stats.bootstrap import ROUNDS, bootstrap_share
from asynceval.stats.estimate import Estimate

Winner = Literal["first", "second", "tie"]
Setup = Literal["S1", "S2"]


class Item(NamedTuple):
    """What is voted on: a turn of a question, by two models in the order of their names."""

    question: str
    turn: int
    first: str
    second: str


class Comparison(NamedTuple):
    """Two winners of one item, each by an individual of one kind."""

    item: Item
    one: Winner
    other: Winner


@dataclass(frozen=True, slots=True)
class Agreement:
    """`agree` of `total` comparisons; the ratio has a bootstrap over questions, and is None of nothing."""

    agree: int
    total: int
    ratio: Estimate | None


def vote(
    question: str, turn: int, model_a: str, model_b: str, winner: Literal["a", "b", "tie"]
) -> tuple[Item, Winner]:
    """Return a vote with its models in the order of their names, since who is a and who b is arbitrary."""
    swap = model_a > model_b
    first, second = (model_b, model_a) if swap else (model_a, model_b)
    item = Item(question, turn, first, second)
    if winner == "tie":
        return item, "tie"
    return item, "first" if (winner == "a") != swap else "second"


def between(
    verdicts: Mapping[Item, Winner], votes: Mapping[Item, Sequence[Winner]]
) -> tuple[Comparison, ...]:
    """Return each vote on an item as a comparison with a judge's one verdict on it."""
    return tuple(
        Comparison(item, verdict, other)
        for item, verdict in verdicts.items()
        for other in votes.get(item, ())
    )


def among(votes: Mapping[Item, Sequence[Winner]]) -> tuple[Comparison, ...]:
    """Return all unordered pairs of votes on one item, each by another person."""
    return tuple(
        Comparison(item, one, other)
        for item, cast in votes.items()
        for one, other in combinations(cast, 2)
    )


def majority(cast: Sequence[Winner]) -> Winner | None:
    """Return the winner with the most votes, a tie if several have as many; None without a vote."""
    if not cast:
        return None
    (winner, most), *rest = Counter(cast).most_common()
    return "tie" if rest and rest[0][1] == most else winner


def agreement(
    comparisons: Iterable[Comparison], setup: Setup, *, rounds: int = ROUNDS, seed: int = 0
) -> Agreement:
    """Return how many comparisons agree, each counting the same.

    S1: a tie is a third label, and guessing agrees in a third. S2: a comparison in which either side is
    a tie is dropped, and guessing agrees in a half.
    """
    rows = tuple(comparisons)
    kept = [row for row in rows if setup == "S1" or "tie" not in (row.one, row.other)]
    same = [(row.item.question, float(row.one == row.other)) for row in kept]
    dropped = len(rows) - len(kept)
    ratio = bootstrap_share(same, dropped=dropped, rounds=rounds, seed=seed)
    return Agreement(int(sum(hit for _, hit in same)), len(kept), ratio)
