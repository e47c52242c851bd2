"""Pairwise results: what each judge makes of each model beside the others, and of places."""

from collections import Counter as Counts
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from asynceval.conversation import Plan
from asynceval.domain.sweep import Judge
from asynceval.domain.verdict import Choice
from asynceval.report.outcomes import Ending, Outcome
from asynceval.report.standings import Missing, missing
from asynceval.stats.estimate import Estimate
from asynceval.stats.games import games
from asynceval.stats.outcomes import Record, Screen, pair_outcome, record
from asynceval.stats.position_bias import PositionBias, position_bias
from asynceval.stats.ratings import ratings

_VERDICTS: tuple[Screen | None, ...] = (None, None, "A", "B", "tie")
_ABSENT, _UNPARSED = 0, 1
_SIZE = len(_VERDICTS)


@dataclass(frozen=True, slots=True)
class PairStanding:
    """One model's pairs as one judge sees them.

    `record` counts pairs: who wins both games wins the pair. `expected` is how many pairs there would
    be; `missing` tells of games without a verdict, by ending. `rating` is in Elo points: the baseline,
    or else the mean, has 1000.
    """

    judge: str
    model: str
    record: Record
    expected: int
    missing: tuple[Missing, ...]
    rating: Estimate | None


@dataclass(frozen=True, slots=True)
class PlaceBias:
    """How a judge's verdicts depend on who is shown first; pairs that lack a game are left out."""

    judge: str
    bias: PositionBias


class _Unit(NamedTuple):
    """A pair of answers: the models, the question, and the verdicts of its games as shown."""

    first: str
    second: str
    question: str
    verdicts: tuple[Screen | None, Screen | None]
    is_whole: bool


class Pairwise:
    """Gathers games as they come, in any order, and keeps no text."""

    def __init__(self, plan: Plan) -> None:
        """Start with nothing gathered."""
        self._plan = plan
        self._questions = [question.id for question in plan.questions]
        self._numbers = {question: number for number, question in enumerate(self._questions)}
        self._turns = max((len(question.turns) for question in plan.questions), default=1)
        # By judge and pair: the two verdicts of each unit, as one number.
        self._units: defaultdict[str, defaultdict[tuple[str, str], dict[int, int]]] = defaultdict(
            lambda: defaultdict(dict)
        )
        self._endings: defaultdict[tuple[str, str], Counts[tuple[Ending, str]]] = defaultdict(
            Counts
        )

    def add(self, outcome: Outcome) -> None:
        """Gather one game."""
        cell = outcome.cell
        judge, second = cell.judge or "", cell.opponent or ""
        place = self._numbers[cell.question] * (self._turns + 1) + cell.turn
        unit = (place * self._plan.sweep.choices + cell.choice) * self._repeats(judge) + cell.repeat
        units = self._units[judge][cell.target, second]
        code = _code(outcome)
        units[unit] = units.get(unit, 0) + (code if cell.order == 1 else code * _SIZE)
        if not isinstance(outcome.verdict, Choice):
            for model in (cell.target, second):
                self._endings[judge, model][outcome.ending, outcome.reason] += 1

    def standings(self) -> tuple[PairStanding, ...]:
        """Return the standings judge by judge, the best first; a baseline has none of its own."""
        return tuple(
            standing for judge in self._plan.sweep.judges for standing in self._ranked(judge)
        )

    def biases(self) -> tuple[PlaceBias, ...]:
        """Return how much each judge that saw both orders looks at places."""
        return tuple(
            PlaceBias(judge.name, position_bias(u.verdicts for u in units if u.is_whole))
            for judge in self._plan.sweep.judges
            if judge.orders == "both" and (units := tuple(self._of(judge)))
        )

    def _ranked(self, judge: Judge) -> list[PairStanding]:
        units = tuple(self._of(judge))
        if not units:
            return []
        outcomes = [_outcome(judge, unit) for unit in units]
        rated = _rated(judge, units, outcomes)
        won: defaultdict[str, list[tuple[str, float | None]]] = defaultdict(list)
        for unit, outcome in zip(units, outcomes, strict=True):
            won[unit.first].append((unit.question, outcome))
            won[unit.second].append((unit.question, None if outcome is None else 1 - outcome))
        found = [
            PairStanding(
                judge.name,
                model,
                record(rows),
                len(rows),
                missing(self._endings[judge.name, model]),
                rated.get(model),
            )
            for model, rows in won.items()
            if model != judge.baseline
        ]
        return sorted(found, key=_rank)

    def _of(self, judge: Judge) -> Iterator[_Unit]:
        units_of = self._plan.sweep.choices * self._repeats(judge.name) * (self._turns + 1)
        for (first, second), units in self._units[judge.name].items():
            for unit, code in units.items():
                two, one = divmod(code, _SIZE)
                is_whole = _ABSENT not in (one, two)
                question = self._questions[unit // units_of]
                yield _Unit(first, second, question, (_VERDICTS[one], _VERDICTS[two]), is_whole)

    def _repeats(self, judge: str) -> int:
        return max((j.repeats for j in self._plan.sweep.judges if j.name == judge), default=1)


def _code(outcome: Outcome) -> int:
    if isinstance(outcome.verdict, Choice):
        return _VERDICTS.index(outcome.verdict.winner, _UNPARSED + 1)
    return _ABSENT if outcome.verdict is None else _UNPARSED


def _outcome(judge: Judge, unit: _Unit) -> float | None:
    """Return what a pair comes to for its first model; with one order the game decides alone."""
    one, two = unit.verdicts
    if judge.orders == "one" and one is not None:
        return {"A": 1.0, "B": 0.0, "tie": 0.5}[one]
    return pair_outcome(one, two)


def _rated(
    judge: Judge, units: Iterable[_Unit], outcomes: Iterable[float | None]
) -> Mapping[str, Estimate]:
    rows = [
        (unit.question, unit.first, unit.second, outcome)
        for unit, outcome in zip(units, outcomes, strict=True)
        if outcome is not None
    ]
    found = ratings(games(rows), judge.baseline if rows else None)
    if found is None:
        return {}
    values = zip(found.models, found.values, strict=True)
    return {model: value for model, value in values if value is not None}


def _rank(standing: PairStanding) -> tuple[float, str]:
    adjusted = standing.record.adjusted
    return (-adjusted.value if adjusted else float("inf"), standing.model)
