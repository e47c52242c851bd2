"""Leaderboards of the page: the models of each judge, best first, with their intervals drawn."""

from collections.abc import Iterator, Sequence
from typing import Literal

from asynceval.domain.rubric import TEN
from asynceval.domain.sweep import Judge
from asynceval.protocol.conversation import Plan
from asynceval.report.figures.figure import label
from asynceval.report.figures.intervals import spread, whisker
from asynceval.report.figures.markup import Child, Markup, tag
from asynceval.report.figures.scale import Axis
from asynceval.report.html.tables import table
from asynceval.report.juries import seated
from asynceval.report.numbers import interval, percent, percents, value
from asynceval.report.pairwise import PairStanding
from asynceval.report.ranks import Rank
from asynceval.report.standings import FEWER, Part, Standing
from asynceval.report.summary import Summary
from asynceval.stats.estimate import Estimate

_WIDTH, _HEIGHT, _EDGE = 220.0, 20.0, 20.0
_ALIKE = (
    "Rank: the places that the data allow. Alike: models that share a letter are not told apart (paired "
    "by question, corrected for the number of pairs). Intervals are 95 %, clustered by question."
)


def boards(plan: Plan, summary: Summary) -> Iterator[Markup]:
    """Yield the leaderboard of each judge and jury, and how to read them."""
    ends = [scale.ends for scale in plan.scales()] or [TEN.ends]
    has_one_scale = len(ends) == 1
    for judge in seated(plan).sweep.judges:
        pairs = [its for its in summary.pairwise if its.judge == judge.name]
        rows = [its for its in summary.standings if its.judge == judge.name]
        if pairs:
            yield tag("div", _pairs(judge, pairs), class_="board")
        if rows:
            board = _scores(judge, rows, ends[0]) if has_one_scale else _counts(judge, rows)
            yield tag("div", board, class_="board")
    if summary.pairwise or summary.standings:
        uneven = any(not row.whole.is_comparable for row in summary.standings)
        yield tag("p", _ALIKE, f" * {FEWER}." if uneven else None, class_="note")


def _scores(judge: Judge, rows: Sequence[Standing], ends: tuple[float, float]) -> Markup:
    axis = spread([(row.model, row.average) for row in rows], 6, _WIDTH - 6, ends)
    turns = list(rows[0].turns)
    has_flagged = any(row.flagged for row in rows)
    header = (
        *("model", "rank", "alike", "mean", _ends(axis), "95 %"),
        *(f"turn {turn}" for turn in turns),
        *(["unflagged"] if has_flagged else []),
        "n of expected",
    )
    cells = (
        (
            *(row.model, *_rank(row.rank), _part(row.whole)),
            _line(axis, row.average),
            interval(row.average),
            *(_part(row.turns[turn]) for turn in turns),
            *([value(row.unflagged)] if has_flagged else []),
            f"{row.n} / {row.expected}",
        )
        for row in rows
    )
    return table(f"Scores by {judge.name}", header, cells, (0, 2, 4))


def _counts(judge: Judge, rows: Sequence[Standing]) -> Markup:
    """Return how many scores there are, where scales differ and there is no mean over all of them."""
    cells = ((row.model, f"{row.n} / {row.expected}") for row in rows)
    return table(f"Scores by {judge.name}, on several scales", ("model", "n of expected"), cells)


def _pairs(judge: Judge, rows: Sequence[PairStanding]) -> Markup:
    beside = "every other model" if judge.baseline is None else judge.baseline
    axis = spread([(row.model, row.record.adjusted) for row in rows], 6, _WIDTH - 6, (0.0, 1.0))
    header = (
        *("model", "rank", "alike", "win rate", _ends(axis, 100, " %"), "95 %"),
        *("win", "tie", "loss", "rating", "95 %", "n of expected"),
    )
    cells = (
        (
            *(row.model, *_rank(row.rank)),
            percent(row.record.adjusted),
            _line(axis, row.record.adjusted),
            percents(row.record.adjusted),
            *(str(n) for n in (row.record.win, row.record.tie, row.record.loss)),
            value(row.rating, ".0f"),
            interval(row.rating, ".0f"),
            f"{row.record.n} / {row.expected}",
        )
        for row in rows
    )
    title = f"Pairs judged by {judge.name}: each model beside {beside}; a tie is half a win"
    return table(title, header, cells, (0, 2, 4))


def _line(axis: Axis, estimate: Estimate | None) -> Markup:
    """Return an interval as a drawing of its own; its numbers stand beside it."""
    ticks = (
        tag("line", x1=axis.at(tick), y1=0.0, x2=axis.at(tick), y2=_HEIGHT, class_="rule")
        for tick in axis.ticks(4)
    )
    return tag(
        "svg",
        *ticks,
        whisker(axis, _HEIGHT / 2, estimate),
        viewBox=f"0 0 {_WIDTH:g} {_HEIGHT:g}",
        width=_WIDTH,
        height=_HEIGHT,
        aria_hidden="true",
    )


def _ends(axis: Axis, scale: float = 1, unit: str = "") -> Markup:
    """Return the scale that stands over the drawings of a column."""
    return tag(
        "svg",
        *(
            label(axis.at(tick), 13, f"{scale * tick:g}{unit}", anchor=_anchor(axis.at(tick)))
            for tick in axis.ticks(4)
        ),
        viewBox=f"0 0 {_WIDTH:g} 16",
        width=_WIDTH,
        height=16.0,
        role="img",
        aria_label=f"drawn from {scale * axis.low:.3g}{unit} to {scale * axis.high:.3g}{unit}",
    )


def _anchor(x: float) -> Literal["start", "middle", "end"]:
    """Return which part of a label is set at a place, so that all of it is to be seen."""
    if x < _EDGE:
        return "start"
    return "end" if x > _WIDTH - _EDGE else "middle"


def _rank(rank: Rank | None) -> tuple[str, str]:
    return ("–", "") if rank is None else (rank.places, rank.letters)


def _part(part: Part) -> Child:
    mark = "" if part.is_comparable or part.mean is None else "*"
    return mark + value(part.mean)
