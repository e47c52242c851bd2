"""Juries: what the verdicts of several judges on the same answers come to. Nothing is asked for it."""

from collections import Counter as Counts
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean, median
from typing import Literal

from asynceval.domain.cell import Cell
from asynceval.domain.failure import Cause
from asynceval.domain.jury import Jury
from asynceval.domain.sweep import Judge
from asynceval.domain.verdict import Choice, Score, Unparsed, Verdict
from asynceval.protocol.conversation import Plan
from asynceval.report.outcomes import Outcome
from asynceval.stats.jury import jury_verdict

Winner = Literal["A", "B", "tie"]
_NO_VERDICT = (Unparsed("too_few_judges"), Unparsed("no_majority"))


@dataclass(frozen=True, slots=True)
class Bench:
    """What a jury had to work with: `n` answers or games, of which `decided` came to a verdict.

    `missing` counts by judge where its verdict was not there, though the answer was.
    """

    jury: Jury
    n: int
    decided: int
    missing: Mapping[str, int]


def seated(plan: Plan) -> Plan:
    """Return the plan with each jury as a judge more, for a report that shows it like one."""
    judges = {judge.name: judge for judge in plan.sweep.judges}
    juries = tuple(
        replace(judges[jury.judges[0]], name=jury.name, repeats=1, own_family="judge")
        for jury in plan.sweep.juries
        if judges.keys() >= set(jury.judges)
    )
    return replace(plan, sweep=replace(plan.sweep, judges=(*plan.sweep.judges, *juries)))


class Juries:
    """Gathers the judgments of the juries' judges as they come, in any order."""

    def __init__(self, plan: Plan) -> None:
        """Start with nothing gathered."""
        self._juries = plan.sweep.juries
        self._sweep = plan.sweep
        self._open: dict[Cell, _Said] = {}
        self._n: Counts[str] = Counts()
        self._decided: Counts[str] = Counts()
        self._missing: Counts[tuple[str, str]] = Counts()

    def add(self, outcome: Outcome) -> Iterator[Outcome]:
        """Take in one judgment, and yield what each jury comes to that now has all of its own."""
        for jury in self._juries:
            if outcome.cell.judge not in jury.judges:
                continue
            cell = replace(outcome.cell, judge=jury.name, repeat=0)
            said = self._open.setdefault(cell, _Said(jury))
            said.take(outcome)
            if said.n == sum(judge.repeats for judge in self._sitting(cell)):
                yield self._close(cell)

    def rest(self) -> Iterator[Outcome]:
        """Yield what juries come to that lack a judgment altogether."""
        for cell in list(self._open):
            yield self._close(cell)

    def benches(self) -> tuple[Bench, ...]:
        """Return what each jury had to work with."""
        return tuple(
            Bench(
                jury,
                self._n[jury.name],
                self._decided[jury.name],
                {name: n for name in jury.judges if (n := self._missing[jury.name, name])},
            )
            for jury in self._juries
        )

    def _sitting(self, cell: Cell) -> Iterator[Judge]:
        """Yield the judges of a cell's jury that judge its models."""
        names = next(jury.judges for jury in self._juries if jury.name == cell.judge)
        for judge in self._sweep.judges:
            if judge.name in names and not self._sweep.skips(judge, cell.target, cell.opponent):
                yield judge

    def _close(self, cell: Cell) -> Outcome:
        said = self._open.pop(cell)
        jury = said.jury
        self._n[jury.name] += 1
        sitting = tuple(self._sitting(cell))
        verdict = said.verdict(len(sitting))
        self._decided[jury.name] += verdict is not None and verdict not in _NO_VERDICT
        if not said.is_dependent:
            for judge in sitting:
                self._missing[jury.name, judge.name] += judge.name not in said.verdicts
        return Outcome(
            cell,
            verdict=verdict,
            cause=said.cause,
            is_dependent=said.is_dependent,
            blamed=said.blamed,
        )


@dataclass(slots=True)
class _Said:
    """What the judges of a jury said of one answer or game; judgments without a verdict count in `n`.

    `unread` are judges whose words held no verdict.
    """

    jury: Jury
    n: int = 0
    verdicts: defaultdict[str, list[Score | Choice]] = field(
        default_factory=lambda: defaultdict(list)
    )
    unread: set[str] = field(default_factory=set)
    cause: Cause | None = None
    is_dependent: bool = False
    blamed: str | None = None

    def take(self, outcome: Outcome) -> None:
        self.n += 1
        if isinstance(outcome.verdict, Score | Choice):
            self.verdicts[outcome.cell.judge or ""].append(outcome.verdict)
        elif outcome.verdict is None:
            self.cause, self.blamed = outcome.cause, outcome.blamed
            self.is_dependent = outcome.is_dependent
        else:
            self.unread.add(outcome.cell.judge or "")

    def verdict(self, sitting: int) -> Verdict | None:
        """Return what the judges come to, each judge once, of as many as are sitting.

        None if there is no answer to judge, and if those who said nothing would have made up the minimum.
        """
        if self.is_dependent:
            return None
        if len(self.verdicts) < self.jury.minimum:
            could = sitting - len(self.unread - self.verdicts.keys())
            return None if could >= self.jury.minimum else _NO_VERDICT[0]
        choices = [_choice(its) for its in self.verdicts.values() if isinstance(its[0], Choice)]
        if choices:
            return Choice(jury_verdict(choices, "tie") or "tie")
        scores = [_score(its) for its in self.verdicts.values()]
        if self.jury.rule == "majority":
            value = jury_verdict(scores, None)
            return _NO_VERDICT[1] if value is None else Score(value)
        return Score(fmean(scores) if self.jury.rule == "mean" else median(scores))


def _score(repeats: Sequence[Score | Choice]) -> float:
    """Return the mean grade of one judge's repeats."""
    return fmean(verdict.value for verdict in repeats if isinstance(verdict, Score))


def _choice(repeats: Sequence[Score | Choice]) -> Winner:
    """Return what most of one judge's repeats say, a tie without a majority."""
    said: list[Winner] = [verdict.winner for verdict in repeats if isinstance(verdict, Choice)]
    return jury_verdict(said, "tie") or "tie"
