"""Tables: all sheets of a report, for files and data frames alike."""

from collections.abc import Callable, Iterable, Iterator

from asynceval.domain.verdict import Score
from asynceval.protocol.conversation import Plan
from asynceval.report.clocked import Clocked
from asynceval.report.coverage import Coverage
from asynceval.report.grounds import contrasts, pooled
from asynceval.report.judge_sheets import judge_sheets
from asynceval.report.juries import seated
from asynceval.report.outcomes import Outcome
from asynceval.report.pairwise import bootstrap_ratings
from asynceval.report.ranks import Rank
from asynceval.report.sheet import ESTIMATE, Row, Sheet, estimated, names, values
from asynceval.report.speed import Speed
from asynceval.report.spending import Spending
from asynceval.report.standings import Part
from asynceval.report.summary import Failures, Summary
from asynceval.report.timing import Timing
from asynceval.report.waiting import Waiting
from asynceval.stats.estimate import Estimate


def sheets(
    plan: Plan,
    summary: Summary,
    outcomes: Callable[[], Iterable[Outcome]],
    clocked: Callable[[], Clocked],
) -> tuple[Sheet, ...]:
    """Return all tables of a run; those that read it anew do so only when their rows are asked for."""
    return (
        Sheet(
            "scores",
            (
                *("judge", "model", "kind", "part", "mean", "se", "low", "high", "n", "comparable"),
                *("best_rank", "worst_rank", "expected", "unflagged", "n_unflagged"),
            ),
            lambda: _scores(summary),
        ),
        Sheet(
            "pairs",
            (
                *("judge", "model", "win", "tie", "loss", "n", "expected", "win_rate", "adjusted"),
                *("low", "high", "p", "rating", "rating_low", "rating_high"),
                *("bootstrap_low", "bootstrap_high", "best_rank", "worst_rank"),
            ),
            lambda: _pairs(plan, summary),
        ),
        Sheet(
            "pairs_by_category",
            ("judge", "model", "category", *(f"adjusted_{name}" for name in ESTIMATE)),
            lambda: (
                (its.judge, its.model, category, *estimated(rate))
                for its in summary.pairwise
                for category, rate in its.categories.items()
            ),
        ),
        Sheet(
            "win_matrix", ("judge", "model", "opponent", "win_rate", "n"), lambda: _matrix(summary)
        ),
        Sheet(
            "comparisons",
            (
                *("judge", "first", "second", "unit", "difference", "se", "low", "high", "n"),
                *("dropped", "p", "p_holm", "win", "tie", "loss"),
                *("minimum_detectable", "questions_needed"),
            ),
            lambda: _comparisons(plan, summary),
        ),
        *judge_sheets(plan, summary),
        Sheet("coverage", names(Coverage), lambda: [values(summary.coverage)]),
        Sheet("speed", names(Speed), lambda: map(values, summary.speeds)),
        Sheet("cost", names(Spending), lambda: map(values, summary.spending)),
        Sheet("timing", names(Timing), lambda: map(values, clocked().timings)),
        Sheet("waiting", names(Waiting), lambda: map(values, clocked().waiting)),
        Sheet("failures", names(Failures), lambda: map(values, summary.failures)),
        Sheet(
            "answers",
            (
                *("question", "category", "turn", "model", "choice", "characters"),
                *("prompt_tokens", "completion_tokens", "reasoning_tokens"),
                *("truncated", "empty", "imitates", "cause"),
            ),
            lambda: _answers(outcomes()),
        ),
        Sheet(
            "judgments",
            (
                *("question", "category", "turn", "model", "choice", "judge", "repeat"),
                *("opponent", "order", "score", "winner", "outcome"),
            ),
            lambda: _judgments(outcomes()),
        ),
    )


def _scores(summary: Summary) -> Iterator[Row]:
    for standing in summary.standings:
        parts: list[tuple[str, object, Part]] = [("average", None, standing.whole)]
        parts += [("turn", turn, part) for turn, part in standing.turns.items()]
        parts += [("category", name, part) for name, part in standing.categories.items()]
        for kind, name, part in parts:
            who = (standing.judge, standing.model, kind, None if name is None else str(name))
            rest: Row = (None,) * 5
            if kind == "average":
                unflagged = standing.unflagged and standing.unflagged.value
                rest = (
                    *_rank(standing.rank),
                    *(standing.expected, unflagged, standing.n - standing.flagged),
                )
            *numbers, _ = estimated(part.mean)
            yield (*who, *numbers, part.is_comparable, *rest)


def _pairs(plan: Plan, summary: Summary) -> Iterator[Row]:
    drawn = {
        (judge.name, model): rating
        for judge in seated(plan).sweep.judges
        if judge.is_pairwise
        for model, rating in bootstrap_ratings(judge, summary.columns).items()
    }
    for its in summary.pairwise:
        record, ends = its.record, _interval(drawn.get((its.judge, its.model)))[1:]
        adjusted, low, high = _interval(record.adjusted)
        yield (
            *(its.judge, its.model, record.win, record.tie, record.loss, record.n, its.expected),
            *(record.win_rate, adjusted, low, high, record.p),
            *(*_interval(its.rating), *ends),
            *_rank(its.rank),
        )


def _matrix(summary: Summary) -> Iterator[Row]:
    for arena in summary.arenas:
        for model, row, counts in zip(arena.models, arena.matrix, arena.counts, strict=True):
            for opponent, rate, n in zip(arena.models, row, counts, strict=True):
                if rate is not None:
                    yield arena.judge, model, opponent, rate, n


def _comparisons(plan: Plan, summary: Summary) -> Iterator[Row]:
    for its in contrasts(pooled(plan, summary.columns), ()):
        gap, record = its.paired.difference, its.record
        low, high = gap.interval or (None, None)
        yield (
            *(its.judge, its.first, its.second, its.unit, gap.value, gap.se, low, high, gap.n),
            *(gap.dropped, its.paired.p, its.p_corrected, record.win, record.tie, record.loss),
            *(its.detectable, its.needed),
        )


def _answers(outcomes: Iterable[Outcome]) -> Iterator[Row]:
    for its in outcomes:
        cell, usage = its.cell, its.usage
        if cell.judge is not None:
            continue
        tokens: Row = (None, None, None)
        if usage is not None:
            tokens = usage.prompt_tokens, usage.completion_tokens, usage.reasoning_tokens
        yield (
            *(cell.question, cell.category, cell.turn, cell.target, cell.choice, its.characters),
            *tokens,
            *(its.is_truncated, its.is_empty, its.is_imitation),
            None if its.cause is None else str(its.cause),
        )


def _judgments(outcomes: Iterable[Outcome]) -> Iterator[Row]:
    for outcome in outcomes:
        cell, ending = outcome.cell, outcome.ending
        if cell.judge is None:
            continue
        score = outcome.verdict.value if isinstance(outcome.verdict, Score) else None
        order = cell.order if cell.opponent is not None else None
        what = f"{ending}: {outcome.reason}" if ending in ("unparsed", "failed") else ending
        yield (
            *(cell.question, cell.category, cell.turn, cell.target, cell.choice),
            *(cell.judge, cell.repeat, cell.opponent, order, score, outcome.winner, what),
        )


def _interval(its: Estimate | None) -> tuple[float | None, float | None, float | None]:
    if its is None:
        return None, None, None
    return its.value, *(its.interval or (None, None))


def _rank(rank: Rank | None) -> tuple[int | None, int | None]:
    return (None, None) if rank is None else (rank.best, rank.worst)
