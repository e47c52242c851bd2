"""The report as tables on a terminal."""

from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from asynceval.conversation import Plan
from asynceval.domain.text import visible
from asynceval.report.summary import Standing, Summary
from asynceval.stats.mean import Mean

_LONGEST_NAME = 28


def show(console: Console, plan: Plan, summary: Summary) -> None:
    """Print the leaderboard of each judge, the means by category, and what is missing and why."""
    for judge in plan.sweep.judges:
        standings = [s for s in summary.standings if s.judge == judge.name]
        console.print(_leaderboard(judge.name, standings))
        console.print(_categories(standings))
    _print_coverage(console, summary)


def _leaderboard(judge: str, standings: Iterable[Standing]) -> Table:
    table = Table(box=SIMPLE_HEAD, title=_text(f"Scores by {judge}, 1 to 10"), title_justify="left")
    rows = list(standings)
    turns = list(rows[0].turns) if rows else []
    table.add_column("model", no_wrap=True)
    table.add_column("average", justify="right")
    table.add_column("95 % interval", justify="right")
    for turn in turns:
        table.add_column(f"turn {turn}", justify="right")
    table.add_column("n", justify="right")
    table.add_column("missing", justify="right")
    for standing in rows:
        average = standing.average
        n = average.n if average else 0
        missing = standing.expected - n
        table.add_row(
            _name(standing.model),
            _number(average),
            _interval(average),
            *(_number(standing.turns[turn]) for turn in turns),
            str(n),
            str(missing) if missing else "",
        )
    return table


def _categories(standings: Iterable[Standing]) -> Table:
    table = Table(box=SIMPLE_HEAD, title="Means by category", title_justify="left")
    rows = list(standings)
    table.add_column("category", no_wrap=True)
    for standing in rows:
        table.add_column(_name(standing.model), justify="right", overflow="fold")
    for category in rows[0].categories if rows else ():
        table.add_row(_name(category), *(_number(s.categories[category]) for s in rows))
    return table


def _print_coverage(console: Console, summary: Summary) -> None:
    coverage = summary.coverage
    if coverage.expected:
        line = f"{coverage.scored} of {coverage.expected} judgments have a score."
        console.print(_text(line))
    for failures in summary.failures:
        cause = failures.cause.replace("_", " ")
        line = f"  {failures.n} {failures.kind}s of {failures.model}: {cause}"
        console.print(_text(line))
    for warning in summary.warnings:
        console.print(_text(f"warning: {warning}"), style="yellow")


def _number(mean: Mean | None) -> str:
    return "-" if mean is None else f"{mean.value:.2f}"


def _interval(mean: Mean | None) -> str:
    if mean is None or mean.interval is None:
        return "-"
    low, high = mean.interval
    return f"{low:.2f} to {high:.2f}"


def _name(name: str) -> Text:
    shown = visible(name)
    if len(shown) > _LONGEST_NAME:
        shown = f"{shown[:13]}…{shown[-14:]}"
    return Text(shown)


def _text(line: str) -> Text:
    return Text(visible(line))
