"""Talks: what the page knows of every conversation before any of its texts is read.

A talk is a row of numbers. It is what the page filters and lists; the texts come question by question
(asynceval/report/html/texts.py).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any, Final

from asynceval.domain.cell import Cell
from asynceval.domain.sweep import Judge
from asynceval.domain.verdict import Choice, Score, Unparsed
from asynceval.protocol.conversation import Plan
from asynceval.report.outcomes import Outcome
from asynceval.stats.outcomes import LOSS, TIE, WIN, Screen, pair_outcome

FLAGS: Final = (
    "answer missing",
    "answer cut",
    "answer empty",
    "answer imitates a judge",
    "judgment missing",
    "judgment without a verdict",
    "judge asked again",
    "orders disagree",
    "judges disagree on the winner",
)
"""What may be marked on a conversation; a row has a bit for each, the first one the lowest."""
_ALONE: Mapping[Screen | None, float | None] = {"A": WIN, "B": LOSS, "tie": TIE, None: None}


@dataclass(frozen=True, slots=True)
class _Bout:
    """The answers that a judge compared, told by its cell in order 1."""

    cell: Cell
    verdicts: dict[int, Screen | None] = field(default_factory=dict)

    def outcome(self, judge: Judge) -> float | None:
        """Return 1, 0.5 or 0 for the target, None where a game lacks its verdict."""
        one, two = self.verdicts.get(1), self.verdicts.get(2)
        return _ALONE[one] if judge.orders == "one" else pair_outcome(one, two)


@dataclass(slots=True)
class _Row:
    """One conversation: its flags, each judge's values, and all grades of each turn."""

    flags: int = 0
    values: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    grades: defaultdict[int, list[float]] = field(default_factory=lambda: defaultdict(list))

    def mark(self, flag: str) -> None:
        self.flags |= 1 << FLAGS.index(flag)


def columns(plan: Plan, found: Mapping[str, Sequence[Outcome]]) -> Mapping[str, Any]:
    """Return the talks as columns of plain values, question by question, `found` by question.

    "q" and "m" are the places of question and model in the plan, "c" the choice. "values" has a column
    for each judge: the mean score, or the share of pairs won in percent with half of the ties. "spread" is
    by how much the grades of one turn differ at most.
    """
    judges = {judge.name: judge for judge in plan.sweep.judges}
    table: dict[str, list[Any]] = {name: [] for name in ("q", "m", "c", "flags", "spread")}
    values: list[list[float | None]] = [[] for _ in judges]
    for number, question in enumerate(plan.questions):
        rows = _rows(judges, found.get(question.id, ()))
        for place, target in enumerate(plan.sweep.targets):
            for choice in range(plan.sweep.choices):
                row = rows[target.name, choice]
                spreads = [max(its) - min(its) for its in row.grades.values()]
                cells = (number, place, choice, row.flags, max(spreads, default=None))
                for column, cell in zip(table.values(), cells, strict=True):
                    column.append(cell)
                for judge, column in zip(judges, values, strict=True):
                    its = row.values[judge]
                    column.append(round(fmean(its), 3) if its else None)
    return {**table, "values": values}


def _rows(
    judges: Mapping[str, Judge], outcomes: Iterable[Outcome]
) -> defaultdict[tuple[str, int], _Row]:
    """Return the rows of one question by model and choice."""
    rows: defaultdict[tuple[str, int], _Row] = defaultdict(_Row)
    bouts: dict[tuple[str, str, str, int, int, int], _Bout] = {}
    for outcome in outcomes:
        cell = outcome.cell
        for model in _models(cell):
            for flag in _flags(outcome):
                rows[model, cell.choice].mark(flag)
        if cell.judge is not None and cell.opponent is not None:
            key = (cell.judge, cell.target, cell.opponent, cell.turn, cell.choice, cell.repeat)
            said = outcome.verdict.winner if isinstance(outcome.verdict, Choice) else None
            bouts.setdefault(key, _Bout(cell)).verdicts[cell.order] = said
        elif cell.judge is not None and isinstance(outcome.verdict, Score):
            row = rows[cell.target, cell.choice]
            row.values[cell.judge].append(outcome.verdict.value)
            row.grades[cell.turn].append(outcome.verdict.value)
    _take_bouts(judges, rows, bouts.values())
    return rows


def _take_bouts(
    judges: Mapping[str, Judge], rows: defaultdict[tuple[str, int], _Row], bouts: Iterable[_Bout]
) -> None:
    """Count pairs for both of their models, and mark what is at odds."""
    winners: defaultdict[tuple[frozenset[str], int, int], set[str]] = defaultdict(set)
    for bout in bouts:
        cell, opponent = bout.cell, bout.cell.opponent or ""
        pair = cell.target, opponent
        one, two = bout.verdicts.get(1), bout.verdicts.get(2)
        if one is not None and one == two != "tie":
            for model in pair:
                rows[model, cell.choice].mark("orders disagree")
        outcome = bout.outcome(judges[cell.judge or ""])
        if outcome is None:
            continue
        for model, share in zip(pair, (outcome, 1 - outcome), strict=True):
            rows[model, cell.choice].values[cell.judge or ""].append(100 * share)
            if share == WIN:
                winners[frozenset(pair), cell.turn, cell.choice].add(model)
    for (models, _, choice), named in winners.items():
        if len(named) > 1:
            for model in models:
                rows[model, choice].mark("judges disagree on the winner")


def _models(cell: Cell) -> tuple[str, ...]:
    return (cell.target,) if cell.opponent is None else (cell.target, cell.opponent)


def _flags(outcome: Outcome) -> Iterator[str]:
    if outcome.cell.judge is None:
        if outcome.cause is not None:
            yield "answer missing"
        if outcome.is_truncated:
            yield "answer cut"
        if outcome.is_empty:
            yield "answer empty"
        if outcome.is_imitation:
            yield "answer imitates a judge"
        return
    if outcome.verdict is None:
        yield "judgment missing"
    if isinstance(outcome.verdict, Unparsed):
        yield "judgment without a verdict"
    if outcome.before:
        yield "judge asked again"
