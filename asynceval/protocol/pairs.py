"""Judgments that need more than one conversation: games of a pair, and what needs a written reference.

Pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import NamedTuple

from asynceval.domain.cell import Cell, Order
from asynceval.domain.question import Question
from asynceval.domain.sweep import Judge
from asynceval.judges import pairwise, single
from asynceval.protocol.conversation import Plan, Step

Pair = tuple[str, str]
"""The names of two targets, in the order in which game 1 shows them."""
Texts = Mapping[str, Sequence[str]]
"""What judges may see of each target's answers, turn by turn."""


class Meeting(NamedTuple):
    """The targets whose answers are judged together: one, or the two of a pair."""

    turn: int
    choice: int
    names: tuple[str, ...]


class Pairs:
    """The pairs of a plan, by judge.

    With a baseline, each model comes before it; in mode "pairwise-all" models keep the order of the
    sweep. `opponents` are the names of all that a target is compared with, by any judge.
    """

    def __init__(self, plan: Plan) -> None:
        """Find the pairs of the plan."""
        self._plan = plan
        names = [target.name for target in plan.sweep.targets]
        self.of: dict[str, dict[Pair, None]] = {
            judge.name: dict.fromkeys(
                pair for pair in _pairs(judge, names) if not plan.sweep.skips(judge, *pair)
            )
            for judge in plan.sweep.judges
            if judge.is_pairwise
        }
        self._all = tuple(
            {frozenset(pair): pair for of in self.of.values() for pair in of}.values()
        )
        self.opponents: Mapping[str, tuple[str, ...]] = {
            name: tuple(
                other
                for other in names
                if any((name, other) in of or (other, name) in of for of in self.of.values())
            )
            for name in names
        }

    def meetings(self, question: Question) -> Iterator[Meeting]:
        """Yield all meetings on a question, turn by turn."""
        for turn in range(1, len(question.turns) + 1):
            for choice in range(self._plan.sweep.choices):
                if question.needs_reference:
                    for name in self.opponents:
                        yield Meeting(turn, choice, (name,))
                for pair in self._all:
                    yield Meeting(turn, choice, pair)

    def cells(self, question: Question, meeting: Meeting) -> Iterator[Cell]:
        """Yield the cells that a meeting fills, by whatever judge."""
        turn, choice, names = meeting
        if turn not in self._plan.judged(question):
            return
        for judge in self._plan.sweep.judges:
            pair = self._pair(judge, names)
            if pair is None:
                continue
            at = (question.id, question.category, turn, pair[0], choice, judge.name)
            for repeat in range(judge.repeats):
                if len(pair) == 1:
                    yield Cell(*at, repeat)
                else:
                    for order in orders(judge):
                        yield Cell(*at, repeat, pair[1], order)

    def all(self) -> tuple[Pair, ...]:
        """Return every pair that any judge compares, each once, whatever their order."""
        return self._all

    def total(self, judge: Judge) -> int:
        """Return how many games a judge plays on each turn of each question and choice."""
        return len(self.of.get(judge.name, ())) * len(orders(judge)) * judge.repeats

    def _pair(self, judge: Judge, names: tuple[str, ...]) -> tuple[str, ...] | None:
        """Return the names in the order in which a judge sees them, None if it does not."""
        if len(names) == 1:
            return None if judge.is_pairwise or self._plan.sweep.skips(judge, *names) else names
        for pair in (names, names[::-1]):
            if pair in self.of.get(judge.name, {}):
                return pair
        return None


def orders(judge: Judge) -> tuple[Order, ...]:
    """Return the orders in which a pairwise judge sees a pair."""
    return (1, 2) if judge.orders == "both" else (1,)


def step(
    plan: Plan, question: Question, cell: Cell, texts: Texts, references: Sequence[str]
) -> Step:
    """Return the step of a judgment's cell.

    `texts` are what judges may see of the answers it needs, up to its turn; `references` those that a
    model wrote for the question, if it needs some.
    """
    judge = plan.judge(cell)
    if question.needs_reference:
        question = replace(question, reference=tuple(references))
    first = texts[cell.target]
    if cell.opponent is None:
        return Step(cell, single.calls(judge, plan.brief, question, first)[cell.repeat])
    both = (first, texts[cell.opponent])
    call = pairwise.call(judge, plan.brief, question, both, cell.order, cell.repeat)
    return Step(cell, call)


def _pairs(judge: Judge, names: Sequence[str]) -> Iterator[Pair]:
    if judge.mode == "pairwise-all":
        yield from combinations(names, 2)
    elif judge.baseline is not None:
        yield from ((name, judge.baseline) for name in names if name != judge.baseline)
