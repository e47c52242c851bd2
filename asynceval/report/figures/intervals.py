"""Estimates with their intervals, one below the other."""

from collections.abc import Iterator, Sequence

from asynceval.report.figures.figure import Figure, Grid, label, name_width, rule
from asynceval.report.figures.markup import Markup, joined, tag
from asynceval.report.figures.scale import Axis
from asynceval.stats.estimate import Estimate

_ROW = 24
_ROOM = 420.0
Row = tuple[str, Estimate | None]


def intervals(
    name: str, title: str, rows: Sequence[Row], within: tuple[float, float], unit: str = ""
) -> Figure:
    """Return a figure of named estimates; the line is the 95 % interval, the dot the estimate."""
    left = name_width([row[0] for row in rows])
    axis = spread(rows, left, left + _ROOM, within)
    bottom = 34.0 + _ROW * len(rows)
    body = [label(0, 14, title, "title", most=90)]
    for tick in axis.ticks():
        body.append(rule(axis.at(tick), 26, axis.at(tick), bottom))
        body.append(label(axis.at(tick), bottom + 16, f"{tick:g}{unit}", anchor="middle"))
    for number, (who, estimate) in enumerate(rows):
        middle = 34 + _ROW * (number + 0.5)
        body.append(label(left - 10, middle + 4, who, "ink", anchor="end"))
        body.append(whisker(axis, middle, estimate))
        shown = "no score" if estimate is None else f"{estimate.value:.2f}{unit}"
        body.append(label(left + _ROOM + 10, middle + 4, shown, "ink"))
    grid = Grid(("model", "estimate", "low", "high", "n"), tuple(_numbers(rows)))
    summary = f"{len(rows)} estimates with 95 % intervals, best first"
    return Figure(name, title, summary, left + _ROOM + 70, bottom + 26, joined(*body), grid)


def spread(rows: Sequence[Row], start: float, end: float, within: tuple[float, float]) -> Axis:
    """Return the axis on which all these intervals find room."""
    values = [
        value
        for _, estimate in rows
        if estimate is not None
        for value in (estimate.value, *(estimate.interval or ()))
    ]
    return Axis.around(values, start, end, within)


def whisker(axis: Axis, y: float, estimate: Estimate | None) -> Markup:
    """Return the line of an interval with the dot of its estimate."""
    if estimate is None:
        return joined()
    line = None
    if estimate.interval is not None:
        low, high = map(axis.at, estimate.interval)
        line = joined(
            rule(low, y, high, y, "whisker"),
            *(rule(end, y - 4, end, y + 4, "whisker") for end in (low, high)),
        )
    return joined(line, tag("circle", cx=axis.at(estimate.value), cy=float(y), r=4.0, class_="dot"))


def _numbers(rows: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    for who, its in rows:
        if its is None:
            yield who, "-", "-", "-", "0"
        else:
            low, high = its.interval or (None, None)
            yield who, f"{its.value:.3f}", _or_dash(low), _or_dash(high), str(its.n)


def _or_dash(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
