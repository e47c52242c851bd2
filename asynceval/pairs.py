"""Pairs: which models are compared with which, and the games that compare two answers. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from asynceval.conversation import Plan, Step
from asynceval.domain.cell import Cell, Order
from asynceval.domain.question import Question
from asynceval.domain.sweep import Judge
from asynceval.judges import pairwise

Pair = tuple[str, str]
"""The names of two targets, in the order in which game 1 shows them."""


class Pairs:
    """The pairs of a plan, by judge.

    With a baseline, each model comes before it; in mode "pairwise-all" models keep the order of the
    sweep. `opponents` are the names of all that a target is compared with, by any judge.
    """

    def __init__(self, plan: Plan) -> None:
        """Find the pairs of the plan."""
        self._plan = plan
        names = [target.name for target in plan.sweep.targets]
        judges = [judge for judge in plan.sweep.judges if judge.is_pairwise]
        self.of = {judge.name: dict.fromkeys(_pairs(judge, names)) for judge in judges}
        self._judges = tuple(judges)
        self.opponents: Mapping[str, tuple[str, ...]] = {
            name: tuple(
                other
                for other in names
                if any((name, other) in of or (other, name) in of for of in self.of.values())
            )
            for name in names
        }

    def games(
        self, question: Question, turn: int, choice: int, one: str, other: str
    ) -> Iterator[Cell]:
        """Yield the cells of all games between two targets' answers on a turn, by whatever judge."""
        for judge in self._judges:
            pair = (one, other) if (one, other) in self.of[judge.name] else (other, one)
            if pair not in self.of[judge.name]:
                continue
            cell = Cell(question.id, question.category, turn, pair[0], choice, judge.name)
            for repeat in range(judge.repeats):
                for order in orders(judge):
                    yield replace(cell, repeat=repeat, opponent=pair[1], order=order)

    def all(self) -> tuple[Pair, ...]:
        """Return every pair that any judge compares, each once, whatever their order."""
        found: dict[frozenset[str], Pair] = {}
        for of in self.of.values():
            for pair in of:
                found.setdefault(frozenset(pair), pair)
        return tuple(found.values())

    def total(self, judge: Judge) -> int:
        """Return how many games a judge plays on each turn of each question and choice."""
        return len(self.of.get(judge.name, ())) * len(orders(judge)) * judge.repeats


def orders(judge: Judge) -> tuple[Order, ...]:
    """Return the orders in which a pairwise judge sees a pair."""
    return (1, 2) if judge.orders == "both" else (1,)


def game(
    plan: Plan, question: Question, cell: Cell, first: Sequence[str], second: Sequence[str]
) -> Step:
    """Return the step of a game's cell.

    `first` and `second` are the texts of turns 1 to n of the pair's models, as the judge may see them.
    """
    call = pairwise.call(
        plan.judge(cell), plan.brief, question, (first, second), cell.order, cell.repeat
    )
    return Step(cell, call)


def _pairs(judge: Judge, names: Sequence[str]) -> Iterator[Pair]:
    if judge.mode == "pairwise-all":
        yield from combinations(names, 2)
    elif judge.baseline is not None:
        yield from ((name, judge.baseline) for name in names if name != judge.baseline)
