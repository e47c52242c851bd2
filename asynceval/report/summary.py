"""The summary: counts and means of a run, by judge and model."""

from collections import Counter as Counts
from collections.abc import Iterable
from dataclasses import dataclass, replace

from asynceval.domain.cell import Cell
from asynceval.domain.failure import Cause
from asynceval.domain.verdict import Unparsed
from asynceval.prompts.template import TemplateMode
from asynceval.protocol.conversation import Plan
from asynceval.report import warnings
from asynceval.report.aliases import Alias, Names
from asynceval.report.answers import Answers, Roll
from asynceval.report.arena import Arena, arenas
from asynceval.report.columns import Columns
from asynceval.report.coverage import Coverage
from asynceval.report.juries import Bench, Juries, seated
from asynceval.report.outcomes import Ending, Outcome
from asynceval.report.pairwise import PairStanding, PlaceBias, pair_standings, place_biases
from asynceval.report.reasks import Climbs, Reasks
from asynceval.report.speed import Speed, Stopwatch
from asynceval.report.spending import Bill, Spending
from asynceval.report.standings import Standing, standings
from asynceval.report.weights import Scales, Weights


@dataclass(frozen=True, slots=True)
class Failures:
    """How many cells are missing for one cause, under the model that is to blame.

    `kind` is "answer" or "judgment"; "lost judgment" for one that a missing answer of `model` takes
    with it; "verdict" for the words of a judge that hold none.
    """

    kind: str
    model: str
    cause: str
    n: int


@dataclass(frozen=True, slots=True)
class Summary:
    """A run in numbers; standings best first. `columns` are the numbers that they are made from."""

    coverage: Coverage
    standings: tuple[Standing, ...]
    pairwise: tuple[PairStanding, ...]
    place_biases: tuple[PlaceBias, ...]
    arenas: tuple[Arena, ...]
    answers: tuple[Answers, ...]
    aliases: tuple[Alias, ...]
    failures: tuple[Failures, ...]
    spending: tuple[Spending, ...]
    reasks: tuple[Reasks, ...]
    juries: tuple[Bench, ...]
    weights: tuple[Weights, ...]
    speeds: tuple[Speed, ...]
    warnings: tuple[str, ...]
    columns: Columns


def of_mode(plan: Plan, summary: Summary, mode: TemplateMode) -> tuple[Plan, Summary]:
    """Return a plan and its summary with the judges of one mode alone; counts and costs stay those of all."""
    judges = tuple(j for j in plan.sweep.judges if j.is_pairwise == (mode == "pairwise"))
    part = replace(plan, sweep=replace(plan.sweep, judges=judges))
    kept = {judge.name for judge in seated(part).sweep.judges}
    return part, replace(
        summary,
        standings=tuple(its for its in summary.standings if its.judge in kept),
        pairwise=tuple(its for its in summary.pairwise if its.judge in kept),
        place_biases=tuple(its for its in summary.place_biases if its.judge in kept),
        arenas=tuple(its for its in summary.arenas if its.judge in kept),
        reasks=tuple(its for its in summary.reasks if its.judge in kept),
        juries=tuple(its for its in summary.juries if its.jury.name in kept),
        weights=tuple(its for its in summary.weights if its.judge in kept),
    )


class Counter:
    """Counts and averages outcomes as they come, an answer before its judgments, and keeps no text."""

    def __init__(self, plan: Plan) -> None:
        """Start with nothing counted."""
        self._plan = plan
        self._endings: Counts[Ending] = Counts()
        self._seated = seated(plan)
        self._columns = Columns(self._seated)
        self._juries = Juries(plan)
        self._roll = Roll(plan.live())
        self._names = Names(plan)
        self._imitations: set[tuple[str, str, int, int]] = set()
        self._causes: Counts[tuple[str, str, str]] = Counts()
        self._bill = Bill(plan)
        self._climbs = Climbs(plan)
        self._scales = Scales(plan)
        self._stopwatch = Stopwatch()

    def add(self, outcome: Outcome) -> None:
        """Count one cell."""
        cell = outcome.cell
        if outcome.usage is not None:
            self._bill.add(outcome)
            self._names.add(outcome)
        elif cell.judge is not None and outcome.is_dependent:
            self._causes[
                "lost judgment", outcome.blamed or cell.target, outcome.cause or Cause.NOT_REACHED
            ] += 1
        else:
            self._causes[cell.kind, cell.asked, outcome.cause or Cause.NOT_REACHED] += 1
        if cell.judge is None:
            self._columns.add(outcome)
            self._roll.add(outcome)
            self._stopwatch.add(outcome)
            if outcome.is_imitation:
                self._imitations.add((cell.target, cell.question, cell.choice, cell.turn))
            return
        self._endings[outcome.ending] += 1
        self._climbs.add(cell.judge, outcome)
        self._scales.add(cell.judge, outcome)
        self._gather(outcome)
        for its in self._juries.add(outcome):
            self._gather(its)
        if isinstance(outcome.verdict, Unparsed):
            self._causes["verdict", cell.judge, outcome.verdict.reason] += 1

    def _gather(self, outcome: Outcome) -> None:
        """Gather a judgment, a judge's or a jury's."""
        is_flagged = self._shows_imitation(outcome.cell)
        self._columns.add(outcome, is_flagged=is_flagged)

    def _shows_imitation(self, cell: Cell) -> bool:
        """Whether a judgment shows an answer that imitates a judge; answers come before judgments."""
        return bool(self._imitations) and any(
            (model, cell.question, cell.choice, turn) in self._imitations
            for turn in range(1, cell.turn + 1)
            for model in (cell.target, cell.opponent or cell.target)
        )

    def summary(self) -> Summary:
        """Return what has been counted so far as a summary."""
        for outcome in self._juries.rest():
            self._gather(outcome)
        ranked = standings(self._seated, self._columns)
        played = arenas(self._plan, self._columns)
        answers = self._roll.answers()
        aliases = self._names.aliases()
        coverage = Coverage.of(self._endings, sum(its.truncated for its in answers))
        return Summary(
            coverage=coverage,
            standings=ranked,
            pairwise=pair_standings(self._seated, self._columns),
            place_biases=place_biases(self._seated, self._columns),
            arenas=played,
            answers=answers,
            aliases=aliases,
            failures=tuple(Failures(*key, n) for key, n in sorted(self._causes.items())),
            spending=self._bill.spending(),
            reasks=self._climbs.reasks(),
            juries=self._juries.benches(),
            weights=self._scales.weights(),
            speeds=self._stopwatch.speeds(),
            warnings=(
                *warnings.of_coverage(coverage),
                *warnings.of_left_out(self._plan),
                *warnings.of_standings(ranked),
                *warnings.of_arenas(played),
                *warnings.of_scales(self._plan),
                *warnings.of_families(self._plan),
                *warnings.of_answers(answers),
                *warnings.of_thinking(self._causes),
                *warnings.of_aliases(aliases),
            ),
            columns=self._columns,
        )


def summarise(plan: Plan, outcomes: Iterable[Outcome]) -> Summary:
    """Count and average the outcomes of a plan."""
    counter = Counter(plan)
    for outcome in outcomes:
        counter.add(outcome)
    return counter.summary()
