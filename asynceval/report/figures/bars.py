"""Bars of shares: how a whole falls into parts."""

from collections.abc import Sequence

from asynceval.report.figures.figure import Figure, Grid, label, name_width
from asynceval.report.figures.markup import joined, tag
from asynceval.report.figures.palette import SERIES

_ROW = 30.0
_ROOM = 460.0
Bar = tuple[str, tuple[int, ...]]
"""A name, and a count for each part."""


def bars(name: str, title: str, parts: Sequence[str], rows: Sequence[Bar]) -> Figure:
    """Return one bar a row, each as long as the others; the legend stands below."""
    left = name_width([row[0] for row in rows])
    body = [label(0, 14, title, "title", most=90)]
    for number, (who, counts) in enumerate(rows):
        y, total = 30 + _ROW * number, sum(counts)
        body.append(label(left - 10, y + 15, who, "ink", anchor="end"))
        x = left
        for place, (part, count) in enumerate(zip(parts, counts, strict=True)):
            width = _ROOM * count / total if total else 0.0
            if width:
                whole = f"{part}: {count} of {total} ({count / total:.1%})"
                body.append(
                    tag(
                        "rect",
                        tag("title", whole),
                        x=x,
                        y=float(y),
                        width=max(width - 1, 0.5),
                        height=20.0,
                        class_=f"fill-{place % SERIES}",
                    )
                )
            x += width
        body.append(label(left + _ROOM + 8, y + 15, f"n = {total}"))
    y, x = 30 + _ROW * len(rows) + 14, 0.0
    for place, part in enumerate(parts):
        if x + 24 + 6.6 * len(part) > left + _ROOM + 80:
            x, y = 0.0, y + 20
        body.append(
            tag("rect", x=x, y=y - 9, width=10.0, height=10.0, class_=f"fill-{place % SERIES}")
        )
        body.append(label(x + 15, y, part, "ink"))
        x += 34 + 6.6 * len(part)
    grid = Grid(
        ("judge", *parts, "n"),
        tuple((who, *map(str, counts), str(sum(counts))) for who, counts in rows),
    )
    summary = f"{len(rows)} bars of {len(parts)} parts each"
    return Figure(name, title, summary, left + _ROOM + 80, y + 16, joined(*body), grid)
