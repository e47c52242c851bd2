"""The dashboard: the progress on a terminal, redrawn in place a few times a second."""

from collections.abc import Callable
from time import perf_counter
from types import TracebackType
from typing import Self

from rich.console import Console, ConsoleDimensions, Group
from rich.control import Control
from rich.live import Live
from rich.segment import ControlType
from rich.text import Text

from asynceval.domain.events import Event, Pulsed, ServerReady, ServerStarted, SweepEnded
from asynceval.progress.busiest import Busiest
from asynceval.progress.frame import frame
from asynceval.progress.tally import Tally

SPACING = 0.25
"""The least seconds between two draws."""
SHARE = 0.025
"""The part of the time that drawing may take."""


class Dashboard:
    """Draws the tally in place, on `Pulsed`, and leaves one last frame when the sweep has ended.

    It times each draw and spaces the draws so that they take less than 3 % of the time, however
    slow the terminal is. When the terminal is gone, it stays silent and the run goes on. stdout
    is left alone: it carries results.
    """

    def __init__(
        self, console: Console, tally: Tally, clock: Callable[[], float] = perf_counter
    ) -> None:
        """Take the console to draw on, the tally to feed, and the clock that times the draws."""
        self._console = console
        self._tally = tally
        self._clock = clock
        self._busiest = Busiest()
        self._live = Live(
            console=console, auto_refresh=False, redirect_stdout=False, vertical_overflow="crop"
        )
        self._due = clock()
        self._lines: list[Text] = []
        self._size = console.size

    def __enter__(self) -> Self:
        """Hide the cursor and take over the bottom of the terminal."""
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the last frame and restore the cursor, whatever has happened."""
        self._stop()

    def __call__(self, event: Event) -> None:
        """Count the event, and draw if it is time to."""
        self._tally.count(event)
        match event:
            case Pulsed() if self._clock() >= self._due:
                self._draw()
            case ServerStarted() | ServerReady():  # nothing pulses while servers start
                self._draw()
            case SweepEnded() if self._live.is_started:
                self._live.update(self._frame())
                self._stop()

    def _draw(self) -> None:
        if not self._live.is_started:
            return
        start = self._clock()
        try:
            self._live.update(self._frame(), refresh=True)
        except OSError:
            self._console.quiet = True
        spacing = max(SPACING, (self._clock() - start) / SHARE)
        # On a grid, so that a pulse that comes a little early or late costs no draw.
        self._due = max(self._due, start - spacing / 2) + spacing

    def _frame(self) -> Group:
        size = self._console.size
        if size != self._size:
            self._forget(size)
        self._size = size
        self._lines = frame(self._tally, self._busiest, size.width, size.height)
        return Group(*self._lines)

    def _forget(self, size: ConsoleDimensions) -> None:
        """Erase the rows that a narrower terminal has made of the last frame's lines.

        Live knows of one row for each line and erases as many; the others are erased here.
        """
        rows = sum(max(1, -(-line.cell_len // size.width)) for line in self._lines)
        erase = [(ControlType.ERASE_IN_LINE, 2), (ControlType.CURSOR_UP, 1)]
        self._console.control(Control(*erase * min(rows - len(self._lines), size.height)))

    def _stop(self) -> None:
        self._live.transient = not self._lines  # else it leaves an empty line
        try:
            self._live.stop()
        except OSError:
            self._console.quiet = True
