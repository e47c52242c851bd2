"""The outlook of a plan on a terminal."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from asynceval.cli.names import fitted
from asynceval.domain.sweep import Parallel
from asynceval.domain.text import visible
from asynceval.progress.wording import duration as clock
from asynceval.report.duration import Duration
from asynceval.report.outlook import Outlook
from asynceval.stats.span import Span

_UNKNOWN = "price unknown"
_LIMITS = {"in flight": "calls in flight", "rpm": "requests a minute", "tpm": "tokens a minute"}


def show(console: Console, outlook: Outlook) -> None:
    """Print what is to do by model, what it takes in all, how long, and what to know about it."""
    todo = outlook.planned - outlook.stored
    head = f"{outlook.planned} calls in plan, {outlook.stored} stored, {todo} to do"
    console.print(Text(visible(f"{outlook.name}: {head}")), style="italic")
    table = Table(box=SIMPLE_HEAD)
    table.add_column("model", no_wrap=True)
    for title in ("in plan", "stored", "to do", "tokens", "USD"):
        table.add_column(title, justify="right", no_wrap=True)
    names = fitted((row.model for row in outlook.rows), 30)
    for row in outlook.rows:
        name = names[row.model] + (" (judge)" if row.kind == "judgment" else "")
        usd = "-" if not row.todo else _usd(row.usd)
        counts = (f"{n:,}" for n in (row.planned, row.stored, row.todo))
        table.add_row(Text(name), *counts, _tokens(row.tokens) if row.todo else "-", usd)
    console.print(table)
    if todo:
        console.print(f"tokens  {_tokens(outlook.tokens)}", highlight=False)
        console.print(f"cost    {_cost(outlook)}", highlight=False)
        for parallel, its in outlook.durations:
            console.print(Text(visible(_time(parallel, its))))
    for note in outlook.notes:
        console.print(Text(visible(f"note: {note}")), style="yellow")


def _cost(outlook: Outlook) -> str:
    if outlook.usd is not None:
        return f"{_usd(outlook.usd)} USD, the interval is of 90 %"
    known = [row.usd for row in outlook.rows if row.todo and row.usd is not None]
    if not known:
        return _UNKNOWN
    whole = Span()
    for usd in known:
        whole += usd
    return f"{_usd(whole)} USD and what the models without a price cost: {_UNKNOWN}"


def _time(parallel: Parallel | None, its: Duration) -> str:
    case = "as configured" if parallel is None else f"at parallel {parallel}"
    seconds, bound = its.seconds, its.binding
    line = f"time    {clock(seconds.mid)} ({clock(seconds.low)} to {clock(seconds.high)}) {case}"
    if bound is None:
        return line
    if bound.limit == "turns":
        return f"{line}, the length of one conversation with {bound.gate}"
    return f"{line}, limited by {_LIMITS[bound.limit]} at {bound.gate}"


def _tokens(tokens: Span) -> str:
    return f"{tokens.mid:,.0f} ({tokens.low:,.0f} to {tokens.high:,.0f})"


def _usd(usd: Span | None) -> str:
    if usd is None:
        return _UNKNOWN
    digits = 2 if usd.mid >= 10 else 4
    return f"{usd.mid:,.{digits}f} ({usd.low:,.{digits}f} to {usd.high:,.{digits}f})"
