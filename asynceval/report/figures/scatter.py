"""Score against length: each model a dot with its interval."""

from collections.abc import Sequence
from math import exp, log

from asynceval.report.figures.figure import Figure, Grid, label, rule
from asynceval.report.figures.intervals import spread
from asynceval.report.figures.markup import Child, Markup, joined, tag
from asynceval.report.figures.scale import Axis
from asynceval.stats.estimate import Estimate

_WIDTH, _HEIGHT = 480.0, 320.0
_LEFT, _TOP, _MARGIN = 52.0, 34.0, 150.0
_LONGEST, _LINE = 22, 13
Dot = tuple[str, float, Estimate]
"""A model, the mean characters of its answers, its mean score."""


Box = tuple[float, float, float]
"""Where a name or a dot stands: from and to, and at which height."""


def scatter(
    name: str, title: str, dots: Sequence[Dot], within: tuple[float, float], unit: str
) -> Figure:
    """Return the dots over a logarithmic axis of characters; names stand where there is room."""
    y_axis = spread([(who, its) for who, _, its in dots], _TOP + _HEIGHT, _TOP, within)
    x_axis = Axis.around([log(size) for _, size, _ in dots], _LEFT, _LEFT + _WIDTH, None)
    bottom = _TOP + _HEIGHT
    body: list[Child] = [label(0, 14, title, "title", most=90)]
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
    places = [(x_axis.at(log(size)), y_axis.at(its.value)) for _, size, its in dots]
    taken = [(x - 5, x + 5, y) for x, y in places]
    for (who, size, estimate), (x, y) in zip(dots, places, strict=True):
        if estimate.interval is not None:
            low, high = map(y_axis.at, estimate.interval)
            body.append(rule(x, low, x, high, "axis"))
        whole = f"{who}: {estimate.value:.2f}{unit}, {size:,.0f} characters"
        body.append(tag("circle", tag("title", whole), cx=x, cy=y, r=4.5, class_="dot"))
        body.append(_named(who, x, y, taken))
    grid = Grid(
        ("model", "mean characters", "estimate"),
        tuple((who, f"{size:,.0f}", f"{its.value:.2f}{unit}") for who, size, its in dots),
    )
    summary = f"{len(dots)} models, their scores over the mean length of their answers"
    return Figure(name, title, summary, _LEFT + _WIDTH + _MARGIN, bottom + 52, joined(*body), grid)


def _named(who: str, x: float, y: float, taken: list[Box]) -> Markup | None:
    """Return a dot's name on its right or its left, where there is room; None if there is none."""
    width = 7.0 * min(len(who), _LONGEST)
    for start, anchor, at in ((x + 9, "start", x + 9), (x - 9 - width, "end", x - 9)):
        end = start + width
        is_inside = start >= _LEFT and end <= _LEFT + _WIDTH + _MARGIN
        if is_inside and not any(
            abs(y - its_y) < _LINE and start < its_end and end > its_start
            for its_start, its_end, its_y in taken
        ):
            taken.append((start, end, y))
            return label(at, y + 4, who, "ink", anchor=anchor, most=_LONGEST)
    return None


def _sizes(low: float, high: float) -> list[int]:
    """Return round numbers of characters between two ends, evenly spaced where the ends are close."""
    rounds = [n * 10**power // 10 for power in range(1, 8) for n in (10, 15, 20, 30, 50, 70)]
    found = [size for size in rounds if low <= size <= high]
    return found if len(found) > 2 else [round(tick) for tick in Axis(low, high, 0, 1).ticks(5)]
