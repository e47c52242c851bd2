"""The summary: counts and means of a run, by judge and model."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from asynceval.conversation import Plan
from asynceval.domain.failure import Cause
from asynceval.domain.sweep import Price
from asynceval.domain.verdict import Score, Unparsed
from asynceval.report.outcomes import Outcome
from asynceval.stats.mean import Mean, clustered_mean


@dataclass(frozen=True, slots=True)
class Coverage:
    """What became of the judgments that were planned.

    `expected` = scored + unparsed + refused + failed + not_reached. `truncated` counts answers that
    were cut at the token limit; they are judged, and among the others.
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
    """How many cells of one model are missing for one cause; kind is "answer" or "judgment"."""

    kind: str
    model: str
    cause: str
    n: int


@dataclass(frozen=True, slots=True)
class Spending:
    """What one model's calls took; `usd` is None when its price is not known."""

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


def summarise(plan: Plan, outcomes: Iterable[Outcome]) -> Summary:
    """Count and average the outcomes of a plan."""
    counts: Counter[str] = Counter()
    expected: Counter[tuple[str, str]] = Counter()
    scores: defaultdict[tuple[str, str], list[_Scored]] = defaultdict(list)
    causes: Counter[tuple[str, str, str]] = Counter()
    tokens: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for outcome in outcomes:
        cell, reply = outcome.cell, outcome.reply
        if reply is not None:
            spent = tokens[cell.kind, cell.asked]
            spent[0] += 1
            spent[1] += reply.usage.prompt_tokens or 0
            spent[2] += reply.usage.completion_tokens or 0
        else:
            causes[cell.kind, cell.asked, outcome.cause or Cause.NOT_REACHED] += 1
        if cell.judge is None:
            counts["truncated"] += reply is not None and reply.is_truncated
            continue
        expected[cell.judge, cell.target] += 1
        counts[_outcome(outcome)] += 1
        if isinstance(outcome.verdict, Score):
            scores[cell.judge, cell.target].append(
                _Scored(cell.question, cell.category, cell.turn, outcome.verdict.value)
            )
        elif isinstance(outcome.verdict, Unparsed):
            causes["verdict", cell.judge, outcome.verdict.reason] += 1
    standings = tuple(
        _standing(plan, judge.name, target.name, scores, expected)
        for judge in plan.sweep.judges
        for target in plan.sweep.targets
    )
    coverage = Coverage(
        expected=expected.total(),
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
        failures=tuple(Failures(*key, n) for key, n in sorted(causes.items())),
        spending=tuple(
            _spending(plan, kind, model, spent) for (kind, model), spent in sorted(tokens.items())
        ),
        warnings=tuple(_warnings(coverage, standings)),
    )


@dataclass(frozen=True, slots=True)
class _Scored:
    question: str
    category: str
    turn: int
    value: float


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


def _standing(
    plan: Plan,
    judge: str,
    model: str,
    scores: dict[tuple[str, str], list[_Scored]],
    expected: dict[tuple[str, str], int],
) -> Standing:
    mine = scores.get((judge, model), [])
    turns = range(1, max((len(q.turns) for q in plan.questions), default=0) + 1)
    categories = dict.fromkeys(question.category for question in plan.questions)
    return Standing(
        judge=judge,
        model=model,
        average=clustered_mean((s.question, s.value) for s in mine),
        expected=expected.get((judge, model), 0),
        turns={
            turn: clustered_mean((s.question, s.value) for s in mine if s.turn == turn)
            for turn in turns
        },
        categories={
            category: clustered_mean((s.question, s.value) for s in mine if s.category == category)
            for category in categories
        },
    )


def _rank(standing: Standing) -> tuple[str, float, str]:
    average = standing.average
    return (standing.judge, -average.value if average else float("inf"), standing.model)


def _spending(plan: Plan, kind: str, model: str, spent: list[int]) -> Spending:
    asked = plan.sweep.targets if kind == "answer" else plan.sweep.judges
    price = next((item.price for item in asked if item.name == model), None)
    calls, prompt, completion = spent
    return Spending(kind, model, calls, prompt, completion, _usd(price, prompt, completion))


def _usd(price: Price | None, prompt: int, completion: int) -> float | None:
    if price is None:
        return None
    return (prompt * price.input + completion * price.output) / 1e6


def _warnings(coverage: Coverage, standings: Iterable[Standing]) -> Iterable[str]:
    missing = coverage.expected - coverage.scored
    if missing:
        yield f"{missing} of {coverage.expected} judgments have no score; every mean says its n"
    if coverage.truncated:
        yield f"{coverage.truncated} answers were cut at max_tokens, and judged as they are"
    for judge in dict.fromkeys(standing.judge for standing in standings):
        ns = {s.average.n if s.average else 0 for s in standings if s.judge == judge}
        if len(ns) > 1:
            yield f"judge {judge}: models have unequal numbers of scores, so their order is unsure"
