"""The outlook of a plan on a terminal."""

from collections.abc import Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from asynceval.cli.names import fitted
from asynceval.domain.sweep import Parallel
from asynceval.domain.text import counted, visible
from asynceval.progress.wording import dollars
from asynceval.progress.wording import duration as clock
from asynceval.report.duration import Duration
from asynceval.report.estimate import Row
from asynceval.report.outlook import Outlook
from asynceval.stats.span import Span

_UNKNOWN = "price unknown"
_TITLES = ("kind", "in plan", "stored", "to do", "tokens", "USD")
_SHORTEST_NAME = 12
_LONGEST_NAME = 40
_LIMITS = {"in flight": "calls in flight", "rpm": "requests a minute", "tpm": "tokens a minute"}


def show(console: Console, outlook: Outlook) -> None:
    """Print what is to do by model, what it takes in all, how long, and what to know about it."""
    todo = outlook.planned - outlook.stored
    head = f"{counted(outlook.planned, 'call')} in plan, {outlook.stored} stored, {todo} to do"
    console.print(Text(visible(f"{outlook.name}: {head}")), style="italic")
    console.print(_table(outlook.rows, console.width))
    if todo:
        console.print(f"tokens  {_tokens(outlook.tokens)}", highlight=False)
        console.print(f"cost    {_cost(outlook)}", highlight=False)
        for parallel, its in outlook.durations:
            for line in _time(parallel, its):
                console.print(Text(visible(line)))
    for note in outlook.notes:
        console.print(Text(visible(f"note: {note}")), style="yellow")


def _table(rows: Sequence[Row], width: int) -> Table:
    """Return the table of models; where it is narrow, without the intervals."""
    lines = [_cells(row, has_intervals=True) for row in rows]
    if _room(lines, width) < _SHORTEST_NAME:
        lines = [_cells(row, has_intervals=False) for row in rows]
    room = max(_SHORTEST_NAME, min(_LONGEST_NAME, _room(lines, width)))
    names = fitted((row.model for row in rows), room)
    table = Table(box=SIMPLE_HEAD)
    table.add_column("model", no_wrap=True)
    for title in _TITLES:
        table.add_column(title, justify="right", no_wrap=True)
    for row, cells in zip(rows, lines, strict=True):
        table.add_row(Text(names[row.model]), *cells)
    return table


def _room(lines: Sequence[Sequence[str]], width: int) -> int:
    """Return what the columns of these cells leave for the name."""
    return (
        width - 4 - sum(max(map(len, column)) + 3 for column in zip(_TITLES, *lines, strict=True))
    )


def _cells(row: Row, *, has_intervals: bool) -> tuple[str, ...]:
    """Return what stands behind the name of a model."""
    kind = "judge" if row.kind == "judgment" else "model"
    counts = (f"{n:,}" for n in (row.planned, row.stored, row.todo))
    if not row.todo:
        return (kind, *counts, "-", "-")
    tokens = _tokens(row.tokens) if has_intervals else f"{row.tokens.mid:,.0f}"
    usd = "?" if row.usd is None else _dollars(row.usd, has_interval=has_intervals)
    return (kind, *counts, tokens, usd.removesuffix(" USD"))


def _cost(outlook: Outlook) -> str:
    if outlook.usd is not None:
        return f"{_dollars(outlook.usd)}, the interval is of 90 %"
    known = [row.usd for row in outlook.rows if row.todo and row.usd is not None]
    if not known:
        return _UNKNOWN
    whole = Span()
    for usd in known:
        whole += usd
    return f"{_dollars(whole)}, without the models whose price is unknown"


def _time(parallel: Parallel | None, its: Duration) -> Iterator[str]:
    """Yield how long it takes, and which limit that is due to."""
    case = "as configured" if parallel is None else f"at parallel {parallel}"
    seconds, bound = its.seconds, its.binding
    yield f"time    {clock(seconds.mid)} ({clock(seconds.low)} to {clock(seconds.high)}) {case}"
    if bound is None:
        return
    if bound.limit == "turns":
        yield f"        the length of one conversation with {bound.gate}"
    else:
        yield f"        limited by {_LIMITS[bound.limit]} at {bound.gate}"


def _tokens(tokens: Span) -> str:
    return f"{tokens.mid:,.0f} ({tokens.low:,.0f} to {tokens.high:,.0f})"


def _dollars(usd: Span, *, has_interval: bool = True) -> str:
    return dollars(usd.mid, usd.low, usd.high) if has_interval else dollars(usd.mid)
