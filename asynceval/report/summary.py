"""The summary: counts and means of a run, by judge and model."""

from array import array
from collections import Counter as Counts
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from asynceval.conversation import Plan
from asynceval.domain.cell import Cell
from asynceval.domain.failure import Cause
from asynceval.domain.sweep import Price
from asynceval.domain.verdict import Score, Unparsed
from asynceval.report.outcomes import Outcome
from asynceval.stats.mean import Mean, clustered_mean


@dataclass(frozen=True, slots=True)
class Coverage:
    """What became of the judgments that were planned.

    `expected` = scored + unparsed + refused + failed + not_reached. `truncated` counts answers that
    were cut at the token limit or by a filter; they are judged, and among the others.
    """

    expected: int
    scored: int
    unparsed: int
    failed: int
    refused: int
    not_reached: int
    truncated: int


@dataclass(frozen=True, slots=True)
class Standing:
    """One model as one judge sees it. `expected` is how many scores there would be in all."""

    judge: str
    model: str
    average: Mean | None
    expected: int
    turns: dict[int, Mean | None]
    categories: dict[str, Mean | None]


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
class Spending:
    """What one model's calls took; `usd` is None when its price or some call's tokens are unknown."""

    kind: str
    model: str
    calls: int
    prompt_tokens: int
    completion_tokens: int
    usd: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """A run in numbers; standings best first."""

    coverage: Coverage
    standings: tuple[Standing, ...]
    failures: tuple[Failures, ...]
    spending: tuple[Spending, ...]
    warnings: tuple[str, ...]


class Counter:
    """Counts and averages outcomes as they come, in any order, and keeps no text."""

    def __init__(self, plan: Plan) -> None:
        """Start with nothing counted."""
        self._plan = plan
        self._counts: Counts[str] = Counts()
        self._expected: Counts[tuple[str, str]] = Counts()
        self._scores: defaultdict[tuple[str, str], _Scores] = defaultdict(_Scores)
        self._causes: Counts[tuple[str, str, str]] = Counts()
        self._tokens: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])

    def add(self, outcome: Outcome) -> None:
        """Count one cell."""
        cell = outcome.cell
        if outcome.usage is not None:
            spent = self._tokens[cell.kind, cell.asked]
            spent[0] += 1
            spent[1] += outcome.usage.prompt_tokens or 0
            spent[2] += outcome.usage.completion_tokens or 0
            spent[3] += None in (outcome.usage.prompt_tokens, outcome.usage.completion_tokens)
        elif cell.judge is not None and outcome.is_dependent:
            self._causes["lost judgment", cell.target, outcome.cause or Cause.NOT_REACHED] += 1
        else:
            self._causes[cell.kind, cell.asked, outcome.cause or Cause.NOT_REACHED] += 1
        if cell.judge is None:
            self._counts["truncated"] += outcome.is_truncated
            return
        self._expected[cell.judge, cell.target] += 1
        self._counts[_outcome(outcome)] += 1
        if isinstance(outcome.verdict, Score):
            self._scores[cell.judge, cell.target].add(cell, outcome.verdict.value)
        elif isinstance(outcome.verdict, Unparsed):
            self._causes["verdict", cell.judge, outcome.verdict.reason] += 1

    def summary(self) -> Summary:
        """Return what has been counted so far as a summary."""
        plan = self._plan
        standings = tuple(
            self._standing(judge.name, target.name)
            for judge in plan.sweep.judges
            for target in plan.sweep.targets
        )
        counts = self._counts
        coverage = Coverage(
            expected=self._expected.total(),
            scored=counts["scored"],
            unparsed=counts["unparsed"],
            failed=counts["failed"],
            refused=counts["refused"],
            not_reached=counts["not_reached"],
            truncated=counts["truncated"],
        )
        return Summary(
            coverage=coverage,
            standings=tuple(sorted(standings, key=_rank)),
            failures=tuple(Failures(*key, n) for key, n in sorted(self._causes.items())),
            spending=tuple(
                _spending(plan, kind, model, spent)
                for (kind, model), spent in sorted(self._tokens.items())
            ),
            warnings=(*_warnings(coverage, standings), *self._cut_off()),
        )

    def _cut_off(self) -> Iterator[str]:
        for (kind, judge, reason), n in sorted(self._causes.items()):
            if (kind, reason) == ("verdict", "cut_off"):
                yield f"{n} judgments by {judge} were cut off before a verdict: raise its max_tokens"

    def _standing(self, judge: str, model: str) -> Standing:
        scores = self._scores.get((judge, model), _Scores())
        questions = self._plan.questions
        turns = range(1, max((len(question.turns) for question in questions), default=0) + 1)
        categories = dict.fromkeys(question.category for question in questions)
        return Standing(
            judge=judge,
            model=model,
            average=scores.mean(),
            expected=self._expected.get((judge, model), 0),
            turns={turn: scores.mean(turn=turn) for turn in turns},
            categories={category: scores.mean(category=category) for category in categories},
        )


class _Scores:
    """The scores of one model by one judge, in columns: 26 bytes a score."""

    def __init__(self) -> None:
        self._questions: list[str] = []
        self._categories: list[str] = []
        self._turns = array("H")
        self._values = array("d")

    def add(self, cell: Cell, value: float) -> None:
        self._questions.append(cell.question)
        self._categories.append(cell.category)
        self._turns.append(cell.turn)
        self._values.append(value)

    def mean(self, *, turn: int | None = None, category: str | None = None) -> Mean | None:
        """Return the mean, of all scores or of those of one turn or category."""
        rows = zip(self._turns, self._categories, self._questions, self._values, strict=True)
        return clustered_mean(
            (question, value)
            for its_turn, its_category, question, value in rows
            if turn in (None, its_turn) and category in (None, its_category)
        )


def summarise(plan: Plan, outcomes: Iterable[Outcome]) -> Summary:
    """Count and average the outcomes of a plan."""
    counter = Counter(plan)
    for outcome in outcomes:
        counter.add(outcome)
    return counter.summary()


def _outcome(outcome: Outcome) -> str:
    match outcome:
        case Outcome(verdict=Score()):
            return "scored"
        case Outcome(verdict=Unparsed()):
            return "unparsed"
        case Outcome(cause=Cause.REFUSED | Cause.FILTERED):
            return "refused"
        case Outcome(cause=Cause.NOT_REACHED):
            return "not_reached"
        case _:
            return "failed"


def _rank(standing: Standing) -> tuple[str, float, str]:
    average = standing.average
    return (standing.judge, -average.value if average else float("inf"), standing.model)


def _spending(plan: Plan, kind: str, model: str, spent: list[int]) -> Spending:
    asked = plan.sweep.targets if kind == "answer" else plan.sweep.judges
    price = next((item.price for item in asked if item.name == model), None)
    calls, prompt, completion, uncounted = spent
    usd = None if uncounted else _usd(price, prompt, completion)
    return Spending(kind, model, calls, prompt, completion, usd)


def _usd(price: Price | None, prompt: int, completion: int) -> float | None:
    if price is None:
        return None
    return (prompt * price.input + completion * price.output) / 1e6


def _warnings(coverage: Coverage, standings: Iterable[Standing]) -> Iterable[str]:
    missing = coverage.expected - coverage.scored
    if missing:
        yield f"{missing} of {coverage.expected} judgments have no score; every mean says its n"
    if coverage.truncated:
        yield f"{coverage.truncated} answers were cut (max_tokens or a filter), and judged as they are"
    for judge in dict.fromkeys(standing.judge for standing in standings):
        ns = {s.average.n if s.average else 0 for s in standings if s.judge == judge}
        if len(ns) > 1:
            yield f"judge {judge}: models have unequal numbers of scores, so their order is unsure"
