"""Times of calls as a table on a terminal."""

from itertools import groupby

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from asynceval.cli.names import fitted
from asynceval.progress.held import WORDS
from asynceval.progress.wording import duration, one_line
from asynceval.report.clocked import Clocked
from asynceval.report.waiting import Waiting

_NAME = 24
_TITLES = ("calls", "median s", "95 % below", "first s", "a minute", "waited s", "attempts")


def show_timings(console: Console, clocked: Clocked) -> None:
    """Print how long the calls of each model took and what they waited for, or that nothing was measured."""
    rows = clocked.timings
    if not rows:
        console.print("No call was timed: what is imported tells no times.")
        return
    names = fitted({its.model for its in rows}, _NAME)
    table = Table(box=SIMPLE_HEAD)
    table.add_column("model", no_wrap=True)
    for title in _TITLES:
        table.add_column(title, justify="right")
    for its in rows:
        rate = "-" if its.per_minute is None else f"{its.per_minute:,.0f}"
        table.add_row(
            Text(names[its.model] + (" (judge)" if its.kind == "judgment" else "")),
            *(f"{its.calls:,}", f"{its.median:.2f}", f"{its.slowest:.2f}", f"{its.first:.1f}"),
            *(rate, f"{its.waited:,.0f}", f"{its.attempts:,}"),
        )
    console.print("Seconds of calls", style="italic")
    console.print(table)
    console.print(
        "first: from the run's first call to the model's first reply; a minute: answered while any call "
        "was open; waited: all calls together, before they were sent."
    )
    for account, waits in groupby(clocked.waiting, lambda its: its.account):
        told = ", ".join(map(_told, waits))
        console.print(Text(one_line(f"At {account} calls waited {told}.")))


def _told(its: Waiting) -> str:
    what = next((words for wait, (words, _) in WORDS.items() if wait == its.cause), its.cause)
    return f"for {what} {duration(its.seconds)} of {duration(its.of)}"
