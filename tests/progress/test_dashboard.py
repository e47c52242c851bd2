"""The dashboard, as seen on a terminal."""

import re
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console, ConsoleDimensions

from asynceval.domain.events import (
    ServerReady,
    ServerStarted,
    SweepEnded,
    SweepStopping,
)
from asynceval.progress import Dashboard, Tally
from asynceval.progress.busiest import Busiest
from asynceval.progress.frame import frame
from tests.progress.feed import (
    Clock,
    busy,
    console,
    pulse,
    screen_of,
    started,
    text_of,
)


@pytest.mark.parametrize("milliseconds", [0.1, 5, 40, 900])
def test_draws_are_spaced(milliseconds: float) -> None:
    """It draws at most four times a second, and for less than 3 % of the time."""
    clock = Clock()
    terminal = SlowTerminal(clock, milliseconds / 1000)
    with Dashboard(
        Console(file=terminal, force_terminal=True, width=80, height=24), Tally(), clock=clock
    ) as dashboard:
        dashboard(started("a"))
        terminal.spent = terminal.draws = 0
        begin = clock.now
        while clock.now - begin < 120:
            clock.now += 0.23
            dashboard(pulse(clock.now))
        passed = clock.now - begin
        assert 0 < terminal.draws <= 4 * passed + 1
        assert terminal.spent - milliseconds / 1000 < 0.03 * passed
        if milliseconds <= 5:  # a pulse just before its time costs no draw
            assert terminal.draws > 3.3 * passed


class SlowTerminal(StringIO):
    """A terminal that takes its time for each write."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        """Take the clock to advance and the seconds of a write."""
        super().__init__()
        self.clock, self.seconds = clock, seconds
        self.spent, self.draws = 0.0, 0

    def write(self, text: str) -> int:
        """Take the text, and the time."""
        self.clock.now += self.seconds
        self.spent += self.seconds
        self.draws += 1
        return super().write(text)


def test_the_last_frame_stays_once() -> None:
    """When the sweep has ended, one frame is left, and the cursor is below it and visible."""
    terminal, written = console()
    tally = busy("qwen3-8b")
    clock = Clock()
    with Dashboard(terminal, tally, clock=clock) as dashboard:
        for second in range(13, 20):
            clock.next()
            dashboard(pulse(second))
        dashboard(SweepEnded(20, interrupted=False))
        terminal.print("the report")
    screen = screen_of(written.getvalue())
    text = text_of(screen)
    assert text.count("mt-bench  runs/mt-bench") == 1
    assert re.search(r"00:20  ended$", text, re.MULTILINE)
    assert "429s" not in text
    assert text.endswith("\nthe report")
    assert not screen.cursor.hidden


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_the_cursor_is_restored_after(error: type[BaseException]) -> None:
    """An error or Ctrl-C leaves the last frame, a visible cursor and nothing else."""
    terminal, written = console()

    def draw_and_fail() -> None:
        with Dashboard(terminal, busy("a"), clock=Clock()) as dashboard:
            dashboard(pulse(13))
            raise error

    with pytest.raises(error):
        draw_and_fail()
    screen = screen_of(written.getvalue())
    assert not screen.cursor.hidden
    assert text_of(screen).count("mt-bench  runs/mt-bench") == 1


def test_nothing_drawn_leaves_nothing() -> None:
    """A sweep that never started leaves no empty lines behind."""
    terminal, written = console()
    with Dashboard(terminal, Tally()):
        pass
    assert screen_of(written.getvalue()).cursor.y == 0


def test_servers_and_stopping_are_told() -> None:
    """While a server starts one reads where its output is; after Ctrl-C, what happens next."""
    terminal, written = console()
    clock = Clock()
    with Dashboard(terminal, Tally(), clock=clock) as dashboard:
        dashboard(ServerStarted("local", "vllm serve", "runs/x/local.log"))
        assert "starting local, its output is in runs/x/local.log" in screen(written)
        dashboard(ServerReady("local", "http://127.0.0.1:8000/v1", 3))
        assert "starting" not in screen(written)
        dashboard(started("a"))
        dashboard(SweepStopping(50, 10))
        clock.next()
        dashboard(pulse(1))
        assert "stopping: 50 open calls may finish within 10 s, Ctrl-C drops them" in screen(
            written
        )


def screen(written: StringIO) -> str:
    """Return what is on the screen now."""
    return text_of(screen_of(written.getvalue()))


def test_it_adapts_to_a_resized_terminal() -> None:
    """After each change of size, the frame fits and no part of an older one is left below it."""
    terminal, written = console(120, 40)
    clock = Clock()
    with Dashboard(terminal, busy("qwen3-8b"), clock=clock) as dashboard:
        for width, height in ((120, 40), (200, 50), (60, 30), (20, 8), (80, 24)):
            terminal.size = ConsoleDimensions(width, height)
            written.seek(0)
            written.truncate()
            clock.next()
            dashboard(pulse(13))
            drawn = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", written.getvalue()).split("\n")
            assert max(cell_len(line) for line in drawn) < width
            assert len(drawn) < height


def test_lines_that_a_narrower_terminal_wrapped_are_erased() -> None:
    """As many rows are erased as the old frame takes on a terminal that wraps it anew."""
    terminal, written = console(101, 40)
    tally = busy("qwen3-8b")
    clock = Clock()
    with Dashboard(terminal, tally, clock=clock) as dashboard:
        dashboard(pulse(13))
        clock.next()
        old = frame(tally, Busiest(), 101, 40)
        written.seek(0)
        written.truncate()
        terminal.size = ConsoleDimensions(50, 40)
        dashboard(pulse(14))
    rows = sum(max(1, -(-line.cell_len // 50)) for line in old)
    first_draw = written.getvalue().split("mt-bench")[0]
    assert rows > len(old)
    assert first_draw.count("\x1b[1A") == rows - 1
    assert first_draw.count("\x1b[2K") == rows


@pytest.mark.parametrize("sign", ["mt-bench", "\x1b[?25h"])
def test_a_terminal_that_is_gone_is_no_error(sign: str) -> None:
    """When the terminal goes, at a draw or at the end, the dashboard stays silent."""

    class Gone(StringIO):
        """A terminal that was closed."""

        def write(self, text: str) -> int:
            """Fail, as a closed pty does, when the sign comes."""
            if sign in text:
                raise OSError(5, "Input/output error")
            return super().write(text)

    terminal = Console(file=Gone(), force_terminal=True, width=80, height=24)
    clock = Clock()
    with Dashboard(terminal, busy("a"), clock=clock) as dashboard:
        for second in range(13, 16):
            clock.next()
            dashboard(pulse(second))
        dashboard(SweepEnded(20, interrupted=False))
    dashboard(pulse(21))
    assert terminal.quiet
