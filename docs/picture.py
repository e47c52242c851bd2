"""Draws docs/quickstart.svg: the quick start as a terminal shows it, half-way and at its end.

Run it from the top of the repository, after `make demo`: .venv/bin/python docs/picture.py
"""

import os
import pty
import re
import sys
from io import StringIO
from itertools import groupby
from pathlib import Path
from subprocess import Popen
from tempfile import TemporaryDirectory

import pyte
from rich.console import Console
from rich.style import Style
from rich.text import Text

COLUMNS, LINES = 88, 50
COMMAND = "asynceval run configs/quickstart.toml"
HALF = re.compile(r"/\d+\s+[4-6]\d %")


def main() -> None:
    """Run the quick start on a terminal of our own and draw what is on it."""
    half_way, end = record()
    console = Console(record=True, width=COLUMNS, file=StringIO())
    console.print(Text(f"$ {COMMAND}", style="bold"))
    for line in (*half_way, Text("…", style="dim"), *end):
        console.print(line)
    svg = console.export_svg(title="asynceval")
    # The fonts would be fetched from elsewhere; any monospaced one will do.
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    Path("docs/quickstart.svg").write_text(svg, encoding="utf-8")


def record() -> tuple[list[Text], list[Text]]:
    """Return the lines of the screen when about half is done, and when all is."""
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)
    half_way: list[Text] = []
    with TemporaryDirectory() as folder:
        reader, terminal = pty.openpty()
        config = str(Path(COMMAND.rsplit(maxsplit=1)[-1]).resolve())
        process = Popen(
            [sys.executable, "-m", "asynceval", "run", config],
            cwd=folder,
            stdout=terminal,
            stderr=terminal,
            env={
                **os.environ,
                "TERM": "xterm-256color",
                "COLUMNS": str(COLUMNS),
                "LINES": str(LINES),
            },
        )
        os.close(terminal)
        try:
            while output := os.read(reader, 65536):
                stream.feed(output)
                if not half_way and any(HALF.search(row) for row in screen.display):
                    half_way = lines(screen)
        except OSError:
            pass  # the terminal closes with its last process
        process.wait()
    return half_way, lines(screen)


def lines(screen: pyte.Screen) -> list[Text]:
    """Return the screen's lines with their colours, without the empty ones at the end."""
    found = []
    for row in range(LINES):
        line = Text()
        cells = (screen.buffer[row][column] for column in range(COLUMNS))
        for style, run in groupby(cells, style_of):
            line.append("".join(cell.data for cell in run), style)
        line.rstrip()
        found.append(line)
    while found and not found[-1].plain:
        found.pop()
    return found


def style_of(cell: pyte.screens.Char) -> Style:
    """Return a cell's style in Rich's terms."""
    colour: str | None = NAMES.get(cell.fg, cell.fg)
    if colour is not None and len(colour) == 6 and all(c in "0123456789abcdef" for c in colour):
        colour = f"#{colour}"
    return Style(color=colour, bold=cell.bold, reverse=cell.reverse)


NAMES = {"default": None, "brown": "yellow", "brightblack": "bright_black"}


if __name__ == "__main__":
    main()
