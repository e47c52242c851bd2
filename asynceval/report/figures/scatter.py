"""Score against length: each model a dot with its interval."""

from collections.abc import Sequence
from math import exp, log

from asynceval.report.figures.figure import Figure, Grid, label, rule
from asynceval.report.figures.intervals import spread
from asynceval.report.figures.markup import joined, tag
from asynceval.report.figures.scale import Axis
from asynceval.stats.estimate import Estimate

_WIDTH, _HEIGHT = 560.0, 340.0
_LEFT, _TOP = 52.0, 34.0
Dot = tuple[str, float, Estimate]
"""A model, the mean characters of its answers, its mean score."""


def scatter(
    name: str, title: str, dots: Sequence[Dot], within: tuple[float, float], unit: str
) -> Figure:
    """Return the dots over a logarithmic axis of characters; names stand where there is room."""
    y_axis = spread([(who, its) for who, _, its in dots], _TOP + _HEIGHT, _TOP, within)
    x_axis = Axis.around([log(size) for _, size, _ in dots], _LEFT, _LEFT + _WIDTH, None)
    bottom = _TOP + _HEIGHT
    body = [label(0, 14, title, "title", most=90)]
    for tick in y_axis.ticks():
        body.append(rule(_LEFT, y_axis.at(tick), _LEFT + _WIDTH, y_axis.at(tick)))
        body.append(label(_LEFT - 8, y_axis.at(tick) + 4, f"{tick:g}{unit}", anchor="end"))
    for mark in _sizes(exp(x_axis.low), exp(x_axis.high)):
        x = x_axis.at(log(mark))
        body.append(rule(x, bottom, x, bottom + 5, "axis"))
        body.append(label(x, bottom + 20, f"{mark:,}", anchor="middle"))
    body.append(rule(_LEFT, bottom, _LEFT + _WIDTH, bottom, "axis"))
    words = "mean characters of an answer (logarithmic)"
    body.append(label(_LEFT + _WIDTH / 2, bottom + 40, words, anchor="middle", most=60))
    taken: list[tuple[float, float, float]] = []
    for who, size, estimate in dots:
        x, y = x_axis.at(log(size)), y_axis.at(estimate.value)
        if estimate.interval is not None:
            low, high = map(y_axis.at, estimate.interval)
            body.append(rule(x, low, x, high, "axis"))
        whole = f"{who}: {estimate.value:.2f}{unit}, {size:,.0f} characters"
        body.append(tag("circle", tag("title", whole), cx=x, cy=y, r=4.5, class_="dot"))
        end = x + 9 + 7 * min(len(who), 22)
        if end <= _LEFT + _WIDTH + 150 and not any(
            abs(y - its_y) < 13 and x < its_end and end > its_x for its_x, its_end, its_y in taken
        ):
            taken.append((x, end, y))
            body.append(label(x + 9, y + 4, who, "ink", most=22))
    grid = Grid(
        ("model", "mean characters", "estimate"),
        tuple((who, f"{size:,.0f}", f"{its.value:.2f}{unit}") for who, size, its in dots),
    )
    summary = f"{len(dots)} models, their scores over the mean length of their answers"
    return Figure(name, title, summary, _LEFT + _WIDTH + 160, bottom + 52, joined(*body), grid)


def _sizes(low: float, high: float) -> list[int]:
    """Return round numbers of characters between two ends, few enough to be read."""
    rounds = [n * 10**power for power in range(7) for n in (1, 2, 5)]
    found = [size for size in rounds if low <= size <= high]
    if len(found) >= 2:
        return found
    return sorted({round(end, 1 - len(str(int(end)))) for end in map(int, (low * 1.02, high))})
