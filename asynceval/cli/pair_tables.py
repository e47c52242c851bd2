"""The results of pairwise judges as tables on a terminal."""

from collections.abc import Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from asynceval.cli.names import fitted
from asynceval.cli.rank_cells import ranks_of
from asynceval.domain.text import counted
from asynceval.report.arena import Arena
from asynceval.report.numbers import interval, number, p_value, percent, percents, value
from asynceval.report.pairwise import PairStanding, PlaceBias
from asynceval.stats.position_bias import PositionBias

_RATE, _COUNTS, _RATING, _N = (
    (("win rate", 8), ("95 %", 9)),
    (("win", 4), ("tie", 4), ("loss", 4)),
    (("rating", 6), ("95 %", 9)),
    (("n", 4), ("missing", 7)),
)
_NAME = 9


def winners(rows: Sequence[PairStanding], width: int) -> Table:
    """Return the table of wins, ties count half; on a narrow terminal without ranks, ratings and counts."""
    has_ranks = width >= 106 and len(rows) > 1
    has_ratings, has_counts = width >= 96, width >= 72
    columns = (*_RATE, *(_COUNTS if has_counts else ()), *(_RATING if has_ratings else ()), *_N)
    room = width - sum(taken + 3 for _, taken in columns) - 10 * has_ranks - 4
    names = fitted((row.model for row in rows), max(_NAME, room))
    table = Table(box=SIMPLE_HEAD)
    table.add_column("model", no_wrap=True)
    if has_ranks:
        table.add_column("rank", no_wrap=True)
    for title, _ in columns:
        table.add_column(title, justify="right", no_wrap=True)
    for row in rows:
        record, rating = row.record, row.rating
        missing = row.expected - record.n
        table.add_row(
            Text(names[row.model]),
            *([ranks_of(row.rank)] if has_ranks else []),
            percent(record.adjusted),
            percents(record.adjusted, "–"),
            *((str(record.win), str(record.tie), str(record.loss)) if has_counts else ()),
            *((value(rating, ".0f"), interval(rating, ".0f", "–")) if has_ratings else ()),
            str(record.n),
            str(missing) if missing else "",
        )
    return table


def unflagged(rows: Sequence[PairStanding]) -> Iterator[str]:
    """Yield the win rates without pairs in which an answer imitates a judge, where there are any."""
    for row in rows:
        if row.flagged:
            yield (
                f"  {row.model}: {percent(row.unflagged)} without {counted(row.flagged, 'pair')} in which an "
                "answer imitates a judge"
            )


def matrix(arena: Arena, width: int) -> Table | None:
    """Return the win rates of rows against columns; None where one table tells it, or it does not fit."""
    models = arena.models
    names = fitted(models, max(_NAME, (width - 4) // (len(models) + 1) - 3))
    if len(models) < 3 or (len(models) + 1) * (_NAME + 3) + 4 > width:
        return None
    table = Table(box=SIMPLE_HEAD)
    table.add_column("won of", no_wrap=True)
    for model in models:
        table.add_column(Text(names[model]), justify="right", no_wrap=True)
    for model, row in zip(models, arena.matrix, strict=True):
        cells = ("" if rate is None else f"{100 * rate:.0f} %" for rate in row)
        table.add_row(Text(names[model]), *cells)
    return table


def places(bias: PlaceBias) -> Iterator[str]:
    """Yield how a judge's verdicts depend on who is shown first, in a sentence."""
    its = bias.bias
    if its.n:
        yield (
            f"Shown the other way round, {bias.judge} says the same of {its.consistent} of {counted(its.n, 'pair')} "
            f"({100 * its.consistent / its.n:.0f} %). It prefers the first place in {its.first}, and in "
            f"{its.half_tie_first} more with a tie the other time; the second in {its.second} and "
            f"{its.half_tie_second}"
            + (f"; {its.error} without a verdict." if its.error else ".")
            + ("" if its.p is None else f" {_preference(its)}")
        )


def _preference(its: PositionBias) -> str:
    return f"Of pairs that a place won twice: preference {number(its.preference, '+.2f')}, p {p_value(its.p)}."
