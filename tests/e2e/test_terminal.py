"""The run on a real terminal: a pseudo terminal here, and pyte to see what it shows."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyte
import pytest

from tests.e2e.rig import (
    COMMAND,
    PATIENCE,
    environment,
    simulating,
    write_config,
    write_questions,
)

SIZES = [(80, 24), (200, 50)]
ATTACH = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
"""Makes the terminal the controlling one, so that Ctrl-C is a signal; then becomes the command."""

CTRL_C = b"\x03"


class Terminal:
    """A terminal of some size, and the process in it."""

    def __init__(
        self, master: int, process: subprocess.Popen[bytes], size: tuple[int, int]
    ) -> None:
        """Take the terminal's end of the line."""
        self._master = master
        self._process = process
        self.screen = pyte.HistoryScreen(*size, history=1000)
        self._stream = pyte.ByteStream(self.screen)
        self.received = b""
        self.is_open = True

    @property
    def lines(self) -> list[str]:
        """What the screen shows, at its full width."""
        return list(self.screen.display)

    @property
    def text(self) -> str:
        """All that was ever left on the screen, what has scrolled away first."""
        width = range(self.screen.columns)
        gone = ("".join(row[column].data for column in width) for row in self.screen.history.top)
        return "\n".join(line.rstrip() for line in (*gone, *self.lines))

    def look(self) -> bool:
        """Take in what was written meanwhile, if anything was."""
        ready, _, _ = select.select([self._master], [], [], 0.05)
        if not ready:
            return False
        try:
            written = os.read(self._master, 1 << 16)
        except OSError:  # how Linux says that nobody has the other end
            written = b""
        self.is_open = bool(written)
        self.received += written
        self._stream.feed(written)
        return True

    def watch(self, condition: Callable[[], bool], what: str) -> None:
        """Look until a condition holds; no line may ever reach the last column, where it wraps."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"{what}: not seen in\n{self.text}"
            assert self.is_open, f"{what}: not seen in\n{self.text}"
            self.look()
            assert all(line[-1] == " " for line in self.lines), self.text

    def press(self, keys: bytes) -> None:
        """Type."""
        os.write(self._master, keys)

    def close(self) -> int:
        """Close the window; return the process's exit code."""
        os.close(self._master)
        return self._process.wait(PATIENCE)

    def end(self) -> int:
        """Look until the process has ended; return its exit code."""
        end = time.monotonic() + PATIENCE
        while self.is_open:
            assert time.monotonic() < end, self.text
            self.look()
            assert all(line[-1] == " " for line in self.lines), self.text
        return self._process.wait(PATIENCE)


@contextmanager
def terminal(size: tuple[int, int], *arguments: str | Path, cwd: Path) -> Iterator[Terminal]:
    """Run a command in a terminal of this many columns and rows."""
    columns, rows = size
    master, slave = pty.openpty()
    try:
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        with subprocess.Popen(
            [sys.executable, "-c", ATTACH, *COMMAND, *map(str, arguments)],
            cwd=cwd,
            env=environment(LANG="C.UTF-8"),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        ) as process:
            os.close(slave)
            try:
                yield Terminal(master, process, size)
            finally:
                if process.poll() is None:
                    process.kill()
    finally:
        with suppress(OSError):  # it was closed in the test
            os.close(master)


def config(folder: Path, base_url: str) -> Path:
    """Write a config for a run of 360 calls by three models, one with a long name."""
    questions = write_questions(folder / "question.jsonl", 30)
    models = ("sim-s25", "sim-s50-with-a-name-that-goes-on-and-on-for-longer", "sim-s75")
    return write_config(folder / "sweep.toml", base_url, questions, models, parallel=8)


def in_good_order(seen: Terminal) -> None:
    """Check that the terminal is left as it was found."""
    assert not seen.screen.cursor.hidden
    assert pyte.modes.DECAWM in seen.screen.mode
    assert not re.search(r"\x1b|\[\?|\[\d+[A-Z]|Traceback", seen.text), seen.text
    assert seen.screen.cursor.x == 0


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_whole_run(tmp_path: Path, size: tuple[int, int]) -> None:
    """The dashboard moves, never wraps, and leaves its last state and the tables behind."""
    with (
        simulating("--latency", "0.05") as simulator,
        terminal(
            size, "run", config(tmp_path, simulator.base_url), "--run-dir", "run", cwd=tmp_path
        ) as seen,
    ):

        def overall() -> tuple[int, int] | None:
            found = re.search(r"━+.* (\d+)/(360) +\d+ %  \d\d:\d\d  eta", "\n".join(seen.lines))
            return None if found is None else (int(found[1]), int(found[2]))

        seen.watch(lambda: overall() is not None, "the dashboard")
        first = overall()
        assert first is not None
        seen.watch(lambda: (now := overall()) is not None and now > first, "some progress")
        shown = "\n".join(seen.lines)
        assert "e2e  run" in shown
        assert all(name in shown for name in ("sim-s25", "sim-s75", "sim-judge"))
        assert re.search(r"^sim +\d+/8", shown, re.MULTILINE)
        assert seen.screen.cursor.hidden
        assert seen.end() == 0
        in_good_order(seen)
        assert seen.text.count("Scores by sim-judge") == 1
        assert seen.text.count(" eta ") == 0
        assert len(re.findall(r"360/360 +100 %", seen.text)) == 1
        assert "180 of 180 judgments have a verdict." in seen.text
        assert simulator.paid == (360, 0)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_ctrl_c(tmp_path: Path, size: tuple[int, int]) -> None:
    """Ctrl-C winds the run down, and the terminal is in good order afterwards."""
    with (
        simulating("--latency", "4") as simulator,
        terminal(
            size, "run", config(tmp_path, simulator.base_url), "--run-dir", "run", cwd=tmp_path
        ) as seen,
    ):
        seen.watch(lambda: re.search(r"^sim +8/8", seen.text, re.MULTILINE) is not None, "calls")
        seen.press(CTRL_C)
        seen.watch(lambda: "open calls may finish" in seen.text, "the wish to stop")
        assert seen.end() == 130
        in_good_order(seen)
        assert "interrupted. To continue: asynceval resume run" in seen.text
        assert "Scores by sim-judge" in seen.text


def test_ctrl_c_twice(tmp_path: Path) -> None:
    """A second Ctrl-C ends the run at once, and the terminal is in good order as well."""
    with (
        simulating("--latency", "60") as simulator,
        terminal(
            (80, 24), "run", config(tmp_path, simulator.base_url), "--run-dir", "run", cwd=tmp_path
        ) as seen,
    ):
        seen.watch(lambda: re.search(r"^sim +8/8", seen.text, re.MULTILINE) is not None, "calls")
        seen.press(CTRL_C)
        seen.watch(lambda: "open calls may finish" in seen.text, "the wish to stop")
        at = time.monotonic()
        seen.press(CTRL_C)
        assert seen.end() == 130
        assert time.monotonic() - at < 8
        in_good_order(seen)
        assert "interrupted. To continue: asynceval resume run" in seen.text


def test_results_go_to_a_file(tmp_path: Path) -> None:
    """With stdout in a file the dashboard stays on the terminal, and the file has the tables."""
    out = tmp_path / "out.txt"
    shell = f'exec "$@" > {out}'
    with simulating("--latency", "0.02") as simulator:
        arguments = ["run", config(tmp_path, simulator.base_url), "--run-dir", "run"]
        master, slave = pty.openpty()
        with subprocess.Popen(
            ["/bin/sh", "-c", shell, "sh", *COMMAND, *map(str, arguments)],
            cwd=tmp_path,
            env=environment(LANG="C.UTF-8"),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        ) as process:
            os.close(slave)
            seen = Terminal(master, process, (80, 24))
            assert seen.end() == 0
        os.close(master)
    assert "360/360" in seen.text
    assert "Scores by" not in seen.text
    written = out.read_text(encoding="utf-8")
    assert written.lstrip().startswith("Scores by sim-judge")
    assert "\x1b" not in written
