"""A grid: rows of a name, a bar and numbers, fitted to the room there is.

Numbers are never cut or wrapped. When room is short, columns go, the least important first; when
there is some to spare, the names get it, then the bars.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from asynceval.progress.wording import shorten

GAP = 2
NOTHING = "·"
SHORT_NAME = 20
"""Names get this much room before columns that can be spared do."""
SMALL_BAR, LARGE_BAR = 8, 30


@dataclass(frozen=True, slots=True)
class Column:
    """A column of numbers.

    It is at least `least` cells wide, so that it stays where it is as its numbers grow. Columns of
    a higher `rank` go first when room is short; rank 0 stays while it fits at all. An optional
    column is left out while there is nothing in it.
    """

    title: str
    least: int = 0
    rank: int = 0
    is_optional: bool = False

    def is_empty(self, texts: Iterable[str]) -> bool:
        """Whether there is nothing in the column but its title."""
        return all(text in (self.title, NOTHING, "") for text in texts)


@dataclass(frozen=True, slots=True)
class Cell:
    """A number, worded, and its style."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the grid. `part` is how much of its bar is full; None: no bar."""

    name: str
    cells: tuple[Cell, ...]
    part: float | None = None
    style: str = ""


@dataclass(frozen=True, slots=True)
class Fit:
    """The widths at which rows fit: of the name, the bar (0: none) and the columns kept."""

    name: int
    bar: int
    columns: tuple[tuple[int, int], ...]

    def line(self, row: Row) -> Text:
        """Return the row as one line."""
        name = shorten(row.name, self.name)
        line = Text(name, style=row.style, no_wrap=True)
        line.append(" " * (self.name - cell_len(name)))
        if self.bar:
            line.append(" " * GAP)
            if row.part is None:
                line.append(" " * self.bar)
            else:
                append_bar(line, self.bar, row.part)
        for index, width in self.columns:
            cell = row.cells[index]
            line.append(" " * (GAP + width - cell_len(cell.text)))
            line.append(cell.text, cell.style)
        line.rstrip()
        return line


def header(name: str, columns: Iterable[Column]) -> Row:
    """Return the row with the columns' titles."""
    return Row(name, tuple(Cell(column.title) for column in columns), style="dim")


def fit(columns: Sequence[Column], rows: Sequence[Row], width: int) -> Fit:
    """Return the widths at which `rows` fit into `width` cells."""
    widths = [
        max(
            column.least,
            cell_len(column.title),
            *(cell_len(row.cells[index].text) for row in rows),
            0,
        )
        for index, column in enumerate(columns)
    ]
    longest = max((cell_len(row.name) for row in rows), default=0)
    has_bars = any(row.part is not None for row in rows)
    wanted = min(longest, SHORT_NAME) + (GAP + SMALL_BAR if has_bars else 0)
    kept = [
        index
        for index, column in enumerate(columns)
        if not (column.is_optional and column.is_empty(row.cells[index].text for row in rows))
    ]
    while kept and sum(widths[index] + GAP for index in kept) + wanted > width:
        spare = max(kept, key=lambda index: columns[index].rank)
        if not columns[spare].rank and widths[spare] + GAP < width:
            break
        kept.remove(spare)
    room = width - sum(widths[index] + GAP for index in kept)
    name = max(1, min(longest, room))
    if has_bars and name > SHORT_NAME and room - name < GAP + SMALL_BAR:
        name = max(SHORT_NAME, room - GAP - SMALL_BAR)
    bar = min(LARGE_BAR, room - name - GAP) if has_bars else 0
    return Fit(name, bar if bar >= SMALL_BAR else 0, tuple((i, widths[i]) for i in kept))


def append_bar(line: Text, width: int, part: float) -> None:
    """Draw a bar that can be read without colours too."""
    halves = min(2 * width, int(2 * width * part))
    full, half = divmod(halves, 2)
    line.append("━" * full + "╸" * half, "green" if halves == 2 * width else "cyan")
    line.append("─" * (width - full - half), "bright_black")
