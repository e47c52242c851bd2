"""Heat maps: a table of numbers as shades, each with its number on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from asynceval.report.figures.figure import Figure, Grid, label, name_width
from asynceval.report.figures.markup import joined, tag
from asynceval.report.figures.scale import shade

_SHORT = 18


@dataclass(frozen=True, slots=True)
class Cells:
    """A table of values by row and column, None where there is none.

    `ends` are the lowest and highest value that there can be in each column. "rising" is from little to
    much, "parted" from one side to the other with the middle in between. `intervals` are those of the
    values, where there are any.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    ends: tuple[tuple[float, float], ...]
    kind: Literal["rising", "parted"]
    intervals: tuple[tuple[tuple[float, float] | None, ...], ...] = ()

    def told(self, row: int, column: int, shown: Callable[[float], str]) -> str:
        """Return a value with its interval."""
        value = self.values[row][column]
        if value is None:
            return "-"
        ends = self.intervals[row][column] if self.intervals else None
        return shown(value) + (f" ({shown(ends[0])} to {shown(ends[1])})" if ends else "")


def heat(name: str, title: str, corner: str, cells: Cells, shown: Callable[[float], str]) -> Figure:
    """Return a heat map; names of columns stand upright over them."""
    width, height = (46.0, 24.0) if len(cells.columns) <= 16 else (34.0, 20.0)
    left, top = name_width(cells.rows), 34.0 + 7.2 * _longest(cells.columns)
    body = [label(0, 14, title, "title", most=90)]
    for number, column in enumerate(cells.columns):
        x = left + width * (number + 0.5)
        upright = label(0, 4, column, "ink", most=_SHORT)
        body.append(tag("g", upright, transform=f"translate({x:g} {top - 8:g}) rotate(-90)"))
    for number, (row, values) in enumerate(zip(cells.rows, cells.values, strict=True)):
        y = top + height * number
        body.append(label(left - 8, y + height / 2 + 4, row, "ink", anchor="end"))
        for place, value in enumerate(values):
            x = left + width * place
            if value is None:
                body.append(label(x + width / 2, y + height / 2 + 4, "·", anchor="middle"))
                continue
            step = shade(value, *cells.ends[place])
            body.append(
                tag(
                    "rect",
                    tag(
                        "title",
                        f"{row}, {cells.columns[place]}: {cells.told(number, place, shown)}",
                    ),
                    x=float(x + 1),
                    y=float(y + 1),
                    width=width - 2,
                    height=height - 2,
                    rx=2.0,
                    class_=f"{cells.kind}-{step}",
                )
            )
            ink = f"on-{cells.kind}-{step}"
            body.append(
                label(x + width / 2, y + height / 2 + 4, shown(value), ink, anchor="middle")
            )
    grid = Grid(
        (corner, *cells.columns),
        tuple(
            (row, *(cells.told(number, place, shown) for place in range(len(cells.columns))))
            for number, row in enumerate(cells.rows)
        ),
    )
    summary = f"{len(cells.rows)} rows by {len(cells.columns)} columns, a shade for each number"
    wide = max(left + width * len(cells.columns) + 8, 7.6 * len(title))
    return Figure(
        name, title, summary, wide, top + height * len(cells.rows) + 8, joined(*body), grid
    )


def _longest(names: Sequence[str]) -> int:
    return max((min(len(name), _SHORT) for name in names), default=0)
