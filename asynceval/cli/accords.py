"""Agreement as a table on a terminal."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from asynceval.progress.wording import one_line
from asynceval.report.accord import Accord, By
from asynceval.report.numbers import number, percent, percents


def show(console: Console, rows: Sequence[Accord], by: By | None) -> None:
    """Print a row for each turn, setup and two kinds of judges."""
    table = Table(box=SIMPLE_HEAD)
    for title in ("turn", *([by] if by else []), "setup", "judges"):
        table.add_column(title)
    for title in ("agree", "95 %", "kappa", "n"):
        table.add_column(title, justify="right", no_wrap=True)
    for row in rows:
        ratio = row.found.ratio
        table.add_row(
            str(row.turn),
            *([Text(one_line(row.part or ""))] if by else []),
            row.setup,
            Text(one_line(" / ".join(row.judges))),
            *(percent(ratio), percents(ratio, "–"), number(row.kappa)),
            str(row.found.total),
        )
    console.print(table)
    console.print("S1: a tie is a third verdict; S2: without ties. n are comparisons of two votes.")
    for row in rows:
        if row.gain is not None and row.setup == "S1":
            part = f", {row.part}" if by else ""
            told = (
                f"Turn {row.turn}{part}: {row.judges[0]} gives its own family {100 * row.gain.value:+.1f} "
                "percentage points of win rate more against other families, next to people "
                f"(95 % {percents(row.gain)}; {row.gain.n} comparisons)."
            )
            console.print(Text(one_line(told)))
