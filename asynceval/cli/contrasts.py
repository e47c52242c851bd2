"""Comparisons of models on a terminal: sentences for one pair, a table for all of them."""

from collections.abc import Iterable, Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from asynceval.cli.names import fitted
from asynceval.domain.text import counted
from asynceval.progress.wording import one_line
from asynceval.protocol.conversation import Plan
from asynceval.report.contrast import Contrast
from asynceval.report.leaderboard import Likeness
from asynceval.report.numbers import UNDEFINED, p_value
from asynceval.stats.estimate import Estimate

_MOST_QUESTIONS = 10
_FEW_MODELS = 10
_AGAINST = (
    "Win rates are against all that both have met. Wins are of the two against each other if they have met, "
    "and else answer by answer."
)
_SHORTEST_NAME, _LONGEST_NAME = 12, 28
# What a narrow terminal goes without: the first of these that leaves room for names.
_LESS = ((), ("n",), ("n", "wins", "ties", "losses"), ("n", "wins", "ties", "losses", "95 %"))


def show_pair(console: Console, plan: Plan, found: Sequence[Contrast]) -> None:
    """Print what each judge makes of two models, and the questions on which they differ most."""
    categories = {question.id: question.category for question in plan.questions}
    for its in found:
        for line in _sentences(its):
            console.print(_text(line))
        table = Table(box=SIMPLE_HEAD)
        table.add_column("question")
        table.add_column("category")
        table.add_column("difference", justify="right")
        for question, difference in its.paired.questions[:_MOST_QUESTIONS]:
            category = categories.get(question, "")
            table.add_row(_text(question), _text(category), _signed(its, difference))
        console.print("The questions that differ most", style="italic")
        console.print(table)


def show_all(console: Console, found: Sequence[Contrast]) -> None:
    """Print all pairs, judge by judge."""
    for judge in dict.fromkeys(its.judge for its in found):
        rows = [its for its in found if its.judge == judge]
        unit = "points" if rows[0].unit == "points" else "percentage points of win rate"
        console.print(_text(f"All pairs as {judge} sees them, in {unit}"), style="italic")
        lines = [_cells(its) for its in rows]
        titles, room = _titles(lines, console.width)
        names = fitted({name for its in rows for name in (its.first, its.second)}, room)
        table = Table(box=SIMPLE_HEAD)
        for title in ("first", "second"):
            table.add_column(title, no_wrap=True)
        for title in titles:
            table.add_column(title, justify="right", no_wrap=True)
        for its, cells in zip(rows, lines, strict=True):
            both = (Text(names[its.first]), Text(names[its.second]))
            table.add_row(*both, *(cells[title] for title in titles))
        console.print(table)
    if any(its.unit == "win rate" for its in found):
        console.print(_AGAINST)


def _titles(lines: Sequence[Mapping[str, str]], width: int) -> tuple[list[str], int]:
    """Return the columns that leave room for the names, and the room for each of a pair's two."""
    titles, room = list(lines[0]), 0
    for left_out in _LESS:
        titles = [title for title in lines[0] if title not in left_out]
        room = (width - 5 - sum(_width(title, lines) for title in titles)) // 2 - 3
        if room >= _SHORTEST_NAME:
            break
    return titles, max(_SHORTEST_NAME, min(_LONGEST_NAME, room))


def _cells(its: Contrast) -> dict[str, str]:
    """Return what stands behind the names of a pair, by title."""
    gap, record = its.paired.difference, its.record
    return {
        "difference": _signed(its, gap.value),
        "95 %": _interval(its),
        "p (Holm)": p_value(its.p_corrected if its.p_corrected is not None else its.paired.p),
        "wins": str(record.win),
        "ties": str(record.tie),
        "losses": str(record.loss),
        "n": str(gap.n),
    }


def _width(title: str, lines: Sequence[Mapping[str, str]]) -> int:
    """Return the width of a column, with what stands before it."""
    return 3 + max(len(title), *(len(cells[title]) for cells in lines))


def show_likeness(console: Console, found: Iterable[Likeness]) -> None:
    """Print how far each judge's leaderboard agrees with the other one."""
    for its in found:
        n = len(its.models)
        told = f"{its.judge}: {counted(n, 'model is', 'models are')} on both leaderboards"
        if its.left_out:
            told += f", {len(its.left_out)} on one of them alone"
        console.print(_text(told + "."))
        for name, value in (("Spearman", its.spearman), ("Kendall's tau-b", its.kendall)):
            console.print(_text(f"  {name} {_estimate(value, n)}"))
        shares = (
            ("pairs in the same order", its.order),
            ("pairs whose 95 % intervals do not meet (separability)", its.separability),
            ("pairs whose 80 % intervals do not meet", its.separability_80),
            ("agreement with confidence", its.confidence),
        )
        for what, share in shares:
            if share is not None:
                console.print(_text(f"  {what}: {100 * share:.0f} %"))
        if its.forecast is not None:
            console.print(_text(f"  Brier score {its.forecast.brier:.3f} (0 is best)"))


def _sentences(its: Contrast) -> Iterable[str]:
    gap, record = its.paired.difference, its.record
    what = "points" if its.unit == "points" else "percentage points of win rate"
    yield (
        f"{its.judge}: {its.first} less {its.second} is {_signed(its, gap.value)} {what}{_against(its)} "
        f"(95 % {_interval(its)}), p {p_value(its.paired.p)} by sign flips, on {counted(gap.n, 'question')}"
        + (f"; answers that only one has are left out: {gap.dropped}" if gap.dropped else "")
        + "."
    )
    between = "Against each other" if its.have_met else "Answer by answer"
    yield f"  {between}, {its.first} wins {record.win}, ties {record.tie} and loses {record.loss}."
    if its.detectable is not None:
        yield (
            f"  {gap.n} questions find a true difference of {_signed(its, its.detectable)[1:]} "
            "in four of five cases."
        )
    if its.needed is not None:
        yield f"  A difference as large as this one is found by {its.needed:,} questions in four of five cases."


def _against(its: Contrast) -> str:
    """Return in words whom the win rates are against."""
    some = its.rivals if len(its.rivals) == 1 else [f"{len(its.rivals)} other models"]
    whom = [*(["each other"] if its.have_met else []), *(some if its.rivals else [])]
    return f" against {' and '.join(whom)}" if whom else ""


def _signed(its: Contrast, value: float) -> str:
    return f"{value:+.2f}" if its.unit == "points" else f"{100 * value:+.1f}"


def _interval(its: Contrast) -> str:
    interval = its.paired.difference.interval
    if interval is None:
        return UNDEFINED
    low, high = interval
    return f"{_signed(its, low)} to {_signed(its, high)}"


def _estimate(value: Estimate | None, n: int) -> str:
    if value is None:
        return "is not defined: it needs five models that differ"
    low_high = (
        f" (95 % {value.interval[0]:.2f} to {value.interval[1]:.2f})" if value.interval else ""
    )
    return f"{value.value:.2f}{low_high}" + ("; indicative" if n < _FEW_MODELS else "")


def _text(line: str) -> Text:
    return Text(one_line(line))
