"""The report as tables on a terminal."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from asynceval.cli import cost_table, judge_lines, missing, pair_tables, totals
from asynceval.cli.names import fitted
from asynceval.cli.rank_cells import ALIKE, ranks_of
from asynceval.domain.rubric import TEN
from asynceval.domain.sweep import Judge
from asynceval.domain.text import counted
from asynceval.progress.wording import one_line
from asynceval.protocol.conversation import Plan
from asynceval.report.juries import seated
from asynceval.report.numbers import interval, value
from asynceval.report.standings import FEWER, Part, Standing
from asynceval.report.summary import Summary
from asynceval.store.ledger import Lost, Model

_SHORTEST_NAME = 9
_WIDTH_OF_FILES = 160


class Results(Console):
    """The console for results. Into a file or a pipe lines are long enough for whole names."""

    def __init__(self) -> None:
        """Write to stdout."""
        is_free = not sys.stdout.isatty() and "COLUMNS" not in os.environ
        super().__init__(width=_WIDTH_OF_FILES if is_free else None)

    def on_broken_pipe(self) -> None:
        """Go on without output when nobody reads it any more; the exit code is the run's."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def show(
    console: Console,
    plan: Plan,
    summary: Summary,
    lost: Mapping[Model, Lost] | None = None,
) -> None:
    """Print the leaderboard of each judge, what is missing, and the cost."""
    for judge in seated(plan).sweep.judges:
        if judge.is_pairwise:
            _show_pairs(console, judge, summary)
            continue
        standings = [s for s in summary.standings if s.judge == judge.name]
        if not standings:
            console.print(_text(f"{judge.name} has graded no answer of these models."))
            continue
        console.print(_text(f"Scores by {judge.name}, {_scale(plan)}"), style="italic")
        table = _leaderboard(standings, console.width, is_pooled=len(plan.scales()) <= 1)
        console.print(table)
        if any(column.header == "rank" for column in table.columns):
            console.print(ALIKE)
        if any(standing.whole.mean and not standing.whole.is_comparable for standing in standings):
            console.print(f"* {FEWER}")
        _print_lines(console, totals.notes(standings))
        console.print("Means by category", style="italic")
        for table in _categories(standings, console.width, _titles(plan)):
            console.print(table)
    if not plan.sweep.judges:
        n = sum(answers.n for answers in summary.answers)
        expected = sum(answers.expected for answers in summary.answers)
        console.print(f"{n:,} of {counted(expected, 'answer is', 'answers are')} there.")
    _show_judges(console, plan, summary)
    _print_lines(console, totals.coverage(summary))
    lacks = missing.table(summary.failures, console.width)
    if lacks is not None:
        console.print(lacks)
    _print_lines(console, totals.juries(summary.juries))
    _print_lines(console, totals.weights(summary.weights))
    _print_lines(console, totals.reasks(summary.reasks))
    costs = cost_table.table(summary.spending, console.width)
    if costs is not None:
        console.print(costs)
    _print_lines(console, totals.cost(summary.spending, lost or {}))
    _print_lines(console, (f"warning: {warning}" for warning in summary.warnings), style="yellow")


def _show_judges(console: Console, plan: Plan, summary: Summary) -> None:
    """Print what the verdicts tell of the judges, if they tell anything."""
    lines = list(judge_lines.judges(plan, summary.columns))
    if lines:
        console.print("What the verdicts tell of the judges", style="italic")
        _print_lines(console, (f"  {line}" for line in lines))


def _show_pairs(console: Console, judge: Judge, summary: Summary) -> None:
    rows = [standing for standing in summary.pairwise if standing.judge == judge.name]
    beside = "every other" if judge.baseline is None else judge.baseline
    title = f"Pairs judged by {judge.name}: each model beside {beside}; a tie is half a win"
    console.print(_text(title), style="italic")
    console.print(pair_tables.winners(rows, console.width))
    _print_lines(console, totals.notes(rows))
    _print_lines(console, pair_tables.unflagged(rows))
    for arena in summary.arenas:
        if arena.judge == judge.name and judge.baseline is None:
            table = pair_tables.matrix(arena, console.width)
            if table is not None:
                console.print(table)
    for bias in summary.place_biases:
        if bias.judge == judge.name:
            _print_lines(console, pair_tables.places(bias))


def _scale(plan: Plan) -> str:
    """Return the scale of all grades in words."""
    scales = list(plan.scales()) or [TEN]
    if len(scales) > 1:
        return "on several scales"
    (scale,) = scales
    if scale.labels:
        return ", ".join(f"{place} = {label}" for place, label in enumerate(scale.labels))
    return f"{scale.lowest:g} to {scale.highest:g}"


def _titles(plan: Plan) -> Mapping[str, str]:
    """Return how categories are shown: with their scale where there are several."""
    scales = plan.scales()
    return {
        category: f"{category}, {scale}" if len(scales) > 1 else category
        for scale, categories in scales.items()
        for category in categories
    }


def _leaderboard(rows: Sequence[Standing], width: int, *, is_pooled: bool) -> Table:
    """Return the table of means; a narrow terminal has no means of turns, and then no ranks.

    Grades on several scales are not pooled into means, and are only counted.
    """
    flagged = ["unflagged"] if any(standing.flagged for standing in rows) else []
    lacking = ["missing"] if any(standing.n < standing.expected for standing in rows) else []
    ranks = ["rank"] if len(rows) > 1 and any(row.rank for row in rows) else []
    turns = [f"turn {turn}" for turn in rows[0].turns] if rows else []
    longest = max((len(interval(standing.average, between="–")) for standing in rows), default=0)
    choices = [
        [*kept, "average", "95 %", *flagged, *some, "n", *lacking]
        for kept, some in ((ranks, turns), (ranks, []), ([], []))
    ]
    if not is_pooled:
        choices = [["n", *lacking]]
    titles = next(
        (each for each in choices if _room_left(width, each, longest) >= _SHORTEST_NAME),
        choices[-1],
    )
    room = _room_left(width, titles, longest)
    names = fitted((standing.model for standing in rows), max(_SHORTEST_NAME, room))
    table = Table(box=SIMPLE_HEAD)
    table.add_column("model", no_wrap=True)
    for title in titles:
        table.add_column(title, justify="left" if title == "rank" else "right", no_wrap=True)
    for standing in rows:
        n_missing = standing.expected - standing.n
        cells = {
            "rank": ranks_of(standing.rank),
            "average": _number(standing.whole),
            "95 %": interval(standing.average, between="–"),
            "unflagged": value(standing.unflagged),
            **{f"turn {turn}": _number(part) for turn, part in standing.turns.items()},
            "n": str(standing.n),
            "missing": str(n_missing) if n_missing else "",
        }
        table.add_row(Text(names[standing.model]), *(cells[title] for title in titles))
    return table


def _room_left(width: int, titles: Iterable[str], longest_interval: int) -> int:
    """Return the room for names beside these columns, with what stands between them."""
    widest = {"95 %": longest_interval, "rank": 6, "n": 4}
    return width - sum(max(widest.get(title, 6), len(title)) + 3 for title in titles) - 4


def _categories(
    standings: Sequence[Standing], width: int, titles: Mapping[str, str]
) -> Iterator[Table]:
    """Yield means by category, the fewer of models and categories as columns, as many as fit.

    They have their intervals where all fit side by side with them.
    """
    models = [standing.model for standing in standings]
    categories = [titles[name] for name in standings[0].categories] if standings else []
    means = {
        (s.model, titles[name]): part for s in standings for name, part in s.categories.items()
    }
    if len(models) <= len(categories):
        rows, columns, what = categories, models, "category"
    else:
        rows, columns, what = models, categories, "model"
        means = {(category, model): mean for (model, category), mean in means.items()}
    names = {**fitted(rows, max(28, width // 3)), **fitted(columns, 28)}
    room = width - max(cell_len(text) for text in (what, *(names[row] for row in rows))) - 4
    cell, widest = _spread, max((len(_spread(part)) for part in means.values()), default=6)
    if _room([names[column] for column in columns], widest) > room:
        cell, widest = _number, 6
    while columns:
        count = 1
        while (
            count < len(columns) and _room([names[c] for c in columns[: count + 1]], widest) <= room
        ):
            count += 1
        table = Table(box=SIMPLE_HEAD)
        table.add_column(what, no_wrap=True)
        for column in columns[:count]:
            table.add_column(Text(names[column]), justify="right")
        for row in rows:
            numbers = (cell(means[column, row]) for column in columns[:count])
            table.add_row(Text(names[row]), *numbers)
        columns = columns[count:]
        yield table


def _room(titles: Sequence[str], widest: int) -> int:
    """Return the width of columns with these titles, and with numbers of so many cells at most."""
    return sum(max(6, widest, cell_len(title)) + 3 for title in titles)


def _print_lines(console: Console, lines: Iterable[str], style: str | None = None) -> None:
    for line in lines:
        # One column is left free: some terminals begin a new line by themselves after the last.
        console.print(_text(line), style=style, width=console.width - 1)


def _spread(part: Part) -> str:
    """Return a mean with half the width of its interval."""
    interval = None if part.mean is None else part.mean.interval
    reach = "" if interval is None else f" ±{(interval[1] - interval[0]) / 2:.1f}"
    return _number(part) + reach


def _number(part: Part) -> str:
    mark = "" if part.is_comparable or part.mean is None else "*"
    return mark + value(part.mean)


def _text(line: str) -> Text:
    return Text(one_line(line))
