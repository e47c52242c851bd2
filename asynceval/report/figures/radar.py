"""Radar: a few models over all categories, each category a spoke."""

from collections.abc import Sequence
from math import cos, pi, sin

from asynceval.report.figures.figure import Figure, Grid, label
from asynceval.report.figures.heat import Cells
from asynceval.report.figures.markup import Markup, joined, tag
from asynceval.report.figures.palette import SERIES
from asynceval.report.figures.scale import Axis

_RADIUS = 150.0
_SIDE = 150.0
_TOP = 52.0
_DASHES = (None, "7 3", "2 3", "9 3 2 3", "4 4", "12 3")
LEAST = 3
"""Fewer spokes make no radar."""


def radar(name: str, title: str, cells: Cells) -> Figure:
    """Return a radar of the first rows, as many as can be told apart; the centre is the low end.

    All columns have the same ends.
    """
    rows = cells.rows[:SERIES]
    low, high = cells.ends[0]
    axis = Axis(low, high, 0, _RADIUS)
    cx, cy = _SIDE + _RADIUS, _TOP + _RADIUS
    spokes = len(cells.columns)
    body = [label(0, 14, title, "title", most=90)]
    body += (
        tag("polygon", points=_points(cx, cy, [axis.at(tick)] * spokes), class_="rule")
        for tick in axis.ticks(5)
    )
    for number, column in enumerate(cells.columns):
        x, y = _point(cx, cy, _RADIUS, number, spokes)
        body.append(tag("line", x1=cx, y1=cy, x2=x, y2=y, class_="rule"))
        x, y = _point(cx, cy, _RADIUS + 14, number, spokes)
        side = "middle" if abs(x - cx) < 2 else "start" if x > cx else "end"
        body.append(label(x, y + 4, column, "ink", anchor=side, most=20))
    marks = axis.ticks(5)
    body += (label(cx + 4, cy - axis.at(mark) + 12, f"{mark:g}") for mark in marks)
    legend = 2 * (_SIDE + _RADIUS) + 10
    for number, row in enumerate(rows):
        body.append(tag("g", *_model(number, cells, axis, (cx, cy)), class_="series"))
        y = _TOP + 10 + 22 * number
        body.append(
            tag(
                "line",
                x1=legend,
                y1=y,
                x2=legend + 26,
                y2=y,
                class_=f"line-{number}",
                stroke_dasharray=_DASHES[number],
            )
        )
        body.append(label(legend + 34, y + 4, row, "ink"))
    if len(cells.rows) > len(rows):
        note = f"and {len(cells.rows) - len(rows)} more in the heat map"
        body.append(label(legend, _TOP + 14 + 22 * len(rows), note))
    grid = Grid(
        ("model", *cells.columns),
        tuple(
            (row, *("-" if value is None else f"{value:.2f}" for value in values))
            for row, values in zip(rows, cells.values, strict=False)
        ),
    )
    summary = f"{len(rows)} models over {spokes} categories, from {low:g} to {high:g}"
    deep = 2 * _RADIUS + _TOP + 34
    return Figure(name, title, summary, legend + 250, deep, joined(*body), grid)


def _model(number: int, cells: Cells, axis: Axis, centre: tuple[float, float]) -> list[Markup]:
    """Return the outline of one model; where it lacks a category the outline is open."""
    values = cells.values[number]
    whole = all(value is not None for value in values)
    drawn = [
        _point(*centre, axis.at(value), spoke, len(values))
        for spoke, value in enumerate(values)
        if value is not None
    ]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in drawn)
    line = tag(
        "polygon" if whole else "polyline",
        points=points,
        class_=f"line-{number}",
        stroke_dasharray=_DASHES[number],
    )
    dots = (tag("circle", cx=x, cy=y, r=2.5, class_=f"fill-{number}") for x, y in drawn)
    return [line, *dots]


def _point(cx: float, cy: float, radius: float, number: int, spokes: int) -> tuple[float, float]:
    angle = 2 * pi * number / spokes - pi / 2
    return cx + radius * cos(angle), cy + radius * sin(angle)


def _points(cx: float, cy: float, radii: Sequence[float]) -> str:
    found = (_point(cx, cy, radius, n, len(radii)) for n, radius in enumerate(radii))
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in found)
