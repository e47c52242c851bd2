"""The report as tables on a terminal."""

from collections.abc import Iterable, Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from asynceval.conversation import Plan
from asynceval.domain.text import visible
from asynceval.report.summary import Standing, Summary
from asynceval.stats.mean import Mean

_LONGEST_NAME = 28
_SHORTEST_NAME = 9


def show(console: Console, plan: Plan, summary: Summary) -> None:
    """Print the leaderboard of each judge, the means by category, and what is missing and why."""
    for judge in plan.sweep.judges:
        standings = [s for s in summary.standings if s.judge == judge.name]
        console.print(_leaderboard(judge.name, standings, console.width))
        for table in _categories(standings, console.width):
            console.print(table)
    _print_coverage(console, summary)


def _leaderboard(judge: str, rows: Sequence[Standing], width: int) -> Table:
    """Return the table of means; on a narrow terminal without those of the turns."""
    turns = list(rows[0].turns) if rows else []
    room = width - _numbers_width(turns)
    if room < _SHORTEST_NAME:
        turns, room = [], width - _numbers_width([])
    table = Table(box=SIMPLE_HEAD, title=_text(f"Scores by {judge}, 1 to 10"), title_justify="left")
    table.add_column("model", no_wrap=True)
    for title in _titles(turns):
        table.add_column(title, justify="right", no_wrap=True)
    for standing in rows:
        average = standing.average
        n = average.n if average else 0
        missing = standing.expected - n
        table.add_row(
            _name(standing.model, room),
            _number(average),
            _interval(average),
            *(_number(standing.turns[turn]) for turn in turns),
            str(n),
            str(missing) if missing else "",
        )
    return table


def _titles(turns: Iterable[int]) -> list[str]:
    return ["average", "95 %", *(f"turn {turn}" for turn in turns), "n", "missing"]


def _numbers_width(turns: Iterable[int]) -> int:
    """Return the room that all columns but the name's take, with what stands between them."""
    return sum(max(9 if title == "95 %" else 5, len(title)) + 3 for title in _titles(turns)) + 4


def _categories(standings: Sequence[Standing], width: int) -> Iterator[Table]:
    """Yield means by category, the fewer of models and categories as columns, as many as fit."""
    models = [standing.model for standing in standings]
    categories = list(standings[0].categories) if standings else []
    means = {
        (s.model, category): s.categories[category] for s in standings for category in categories
    }
    if len(models) <= len(categories):
        rows, columns, what = categories, models, "category"
    else:
        rows, columns, what = models, categories, "model"
        means = {(category, model): mean for (model, category), mean in means.items()}
    room = width - _room(rows, what)
    while columns:
        fitting = columns[:1]
        while len(fitting) < len(columns) and _room([*columns[: len(fitting) + 1]]) <= room:
            fitting = columns[: len(fitting) + 1]
        columns = columns[len(fitting) :]
        table = Table(box=SIMPLE_HEAD, title="Means by category", title_justify="left")
        table.add_column(what, no_wrap=True)
        for column in fitting:
            table.add_column(_name(column), justify="right")
        for row in rows:
            table.add_row(_name(row), *(_number(means[column, row]) for column in fitting))
        yield table


def _room(names: Sequence[str], title: str = "") -> int:
    """Return the width of columns with these titles, or of one column if a title is given."""
    widths = [max(4, _name(name).cell_len) for name in names]
    if title:
        return max(len(title), *widths) + 4
    return sum(width + 3 for width in widths)


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
    return f"{low:.2f}–{high:.2f}"


def _name(name: str, room: int = _LONGEST_NAME) -> Text:
    """Return a name for a terminal, its middle left out where it is longer than there is room."""
    shown, most = visible(name), max(_SHORTEST_NAME, min(room, _LONGEST_NAME))
    if len(shown) > most:
        half = (most - 1) // 2
        shown = f"{shown[: most - 1 - half]}…{shown[-half:]}"
    return Text(shown)


def _text(line: str) -> Text:
    return Text(visible(line))
