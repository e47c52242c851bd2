"""Check what is stopped of what an earlier run left behind, with real processes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from asynceval.domain.events import Event, LeftoverStopped
from asynceval.engine import leftovers
from asynceval.engine.leftovers import MARK, Note, started, stop_leftovers, write

pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="there is no /proc here"),
]
SLEEP = "import signal, sys, time; print('up', flush=True); time.sleep(60)"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SLEEP


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Return a list whose processes are killed at the end."""
    found: list[subprocess.Popen[bytes]] = []
    yield found
    for process in found:
        process.kill()
        process.communicate()


def start(
    processes: list[subprocess.Popen[bytes]], mark: str = "", code: str = SLEEP
) -> subprocess.Popen[bytes]:
    """Start a program, with a mark in its environment or none, and wait until it is up."""
    env = {**os.environ, **({MARK: mark} if mark else {})}
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=env, stdout=subprocess.PIPE, start_new_session=True
    )
    processes.append(process)
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    return process


def clear(folder: Path) -> list[Event]:
    events: list[Event] = []
    anyio.run(stop_leftovers, folder, events.append)
    assert list(folder.glob("server-*")) == []
    return events


def test_the_process_of_a_note_is_stopped(
    tmp_path: Path, processes: list[subprocess.Popen[bytes]]
) -> None:
    """It is the same one if it started at the same moment, whatever its environment says by now."""
    process = start(processes)
    write(tmp_path, Note("e", "0" * 32, process.pid, started(process.pid)))
    assert clear(tmp_path) == [LeftoverStopped("e", process.pid)]
    assert process.wait(10) == -15


def test_a_stranger_of_the_same_number_is_left_alone(
    tmp_path: Path, processes: list[subprocess.Popen[bytes]]
) -> None:
    """The number of a process is given to another one sooner or later."""
    process, other = start(processes), start(processes, "b" * 32)
    for since in ("", started(other.pid), started(process.pid) + "0"):
        write(tmp_path, Note("e", "a" * 32, process.pid, since))
        assert clear(tmp_path) == []
    assert (process.poll(), other.poll()) == (None, None)


def test_what_a_lost_process_has_started_is_known_by_its_mark(
    tmp_path: Path,
    processes: list[subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So is a server that a run was killed at the very start of; one that is deaf is killed."""
    monkeypatch.setattr(leftovers, "TERM_SECONDS", 0.2)
    deaf = start(processes, "c" * 32, DEAF)
    write(tmp_path, Note("e", "c" * 32))
    assert clear(tmp_path) == [LeftoverStopped("e", deaf.pid)]
    assert deaf.wait(10) == -9


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"endpoint":"e","mark":"","pid":1,"started":""}']
)
def test_a_note_that_is_none_is_cleared_away(tmp_path: Path, content: bytes) -> None:
    """It names nobody."""
    (tmp_path / "server-e.pid").write_bytes(content)
    assert clear(tmp_path) == []
