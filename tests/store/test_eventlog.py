"""The event log: one harmless line for each thing worth knowing."""

import re
from io import FileIO
from pathlib import Path
from typing import cast

import pytest

from asynceval.domain.cell import Cell
from asynceval.domain.errors import StorageError
from asynceval.domain.events import (
    AnswerLanded,
    BudgetReached,
    CallFailed,
    CallRetried,
    ConnectionsClosed,
    DefectMet,
    EndpointBack,
    EndpointDown,
    EndpointHalted,
    Event,
    Lane,
    LeftoverStopped,
    OtherModelAnswered,
    Pulsed,
    ServerEnded,
    ServerReady,
    ServerStarted,
    ServerStopped,
    SweepEnded,
    SweepStarted,
    SweepStopping,
)
from asynceval.domain.failure import Cause, Failure
from asynceval.domain.reply import Reply
from asynceval.store.eventlog import EventLog

CELL = Cell("q1", "math", 2, "qwen3-8b")
FAILURE = Failure(Cause.SERVER, "HTTP 500: sorry", 500)


def told(folder: Path, *events: Event) -> list[str]:
    """Return the lines that the events leave in the file, without their time."""
    with EventLog(folder / "events.log") as log:
        for event in events:
            log(event)
    content = (folder / "events.log").read_text(encoding="utf-8")
    lines = content.split("\n")
    assert lines.pop() == ""
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ", line) for line in lines)
    return [line[20:] for line in lines]


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (ServerStarted("local", "vllm serve", "x.log"), "endpoint local: started vllm serve"),
        (
            ServerReady("local", "http://127.0.0.1:1/v1", 2.04),
            "endpoint local: ready at http://127.0.0.1:1/v1 after 2.0 s",
        ),
        (
            ServerEnded("local", "exit code 7\nout of memory"),
            "endpoint local: is started again: exit code 7␊out of memory",
        ),
        (ServerStopped("local"), "endpoint local: stopped, its GPUs go to another"),
        (
            LeftoverStopped("local", 7),
            "endpoint local: stopped process 7, which an earlier run had left",
        ),
        (
            SweepStarted(
                "s", "r", (Lane("target", "a", "e", "e", 3), Lane("judge", "b", "e", "e", 4))
            ),
            "sweep s: 7 calls in the plan",
        ),
        (
            CallRetried(CELL, "local", FAILURE, 1.5),
            "local: qwen3-8b: HTTP 500: sorry; again in 1.5 s",
        ),
        (
            CallRetried(CELL, "local", FAILURE, 0.01),
            "local: qwen3-8b: HTTP 500: sorry; again at once",
        ),
        (
            CallFailed(CELL, "local", FAILURE),
            "local: qwen3-8b: question q1 turn 2 of qwen3-8b failed (server): HTTP 500: sorry",
        ),
        (
            EndpointHalted("local", None, FAILURE),
            "local: nothing is sent any more (server): HTTP 500: sorry",
        ),
        (
            EndpointHalted("local", "qwen3-8b", FAILURE),
            "qwen3-8b on local: nothing is sent any more (server): HTTP 500: sorry",
        ),
        (
            EndpointDown("local", FAILURE, 8),
            "local: is down (server): HTTP 500: sorry; tried again in 8.0 s",
        ),
        (EndpointBack("local", 42.25), "local: answers again after 42.2 s"),
        (BudgetReached(None, "the budget is reached"), "the budget is reached"),
        (
            OtherModelAnswered("local", "gpt-y", "gpt-x"),
            "local: answers as gpt-x where gpt-y was asked",
        ),
        (
            ConnectionsClosed("local"),
            "local: closes each connection after one response; ports may run out",
        ),
        (Pulsed(9, (), lag=3.25), "this process stood still for 3.2 s"),
        (SweepStopping(3, 10.0), "stopping: 3 open calls have 10 s to finish"),
        (SweepEnded(1.25, interrupted=True), "interrupted after 1.2 s"),
        (SweepEnded(1.25, interrupted=False), "ended after 1.2 s"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_lines(tmp_path: Path, event: Event, line: str) -> None:
    """An event is one line with its time."""
    assert told(tmp_path, event) == [line]


def test_numbers_are_left_out(tmp_path: Path) -> None:
    """What only counts is not told: it is in the log of calls."""
    assert (
        told(tmp_path, Pulsed(1.0, (), lag=0.9), AnswerLanded(CELL, b"k", Reply("x"), stored=False))
        == []
    )


def test_escapes(tmp_path: Path) -> None:
    """What would act on a terminal is written as something one can see."""
    hostile = "\x1b[2J\x9b1m\u202egnp.exe\x00\x7f\ud83d"
    (line,) = told(tmp_path, CallFailed(CELL, "local", Failure(Cause.SERVER, hostile)))
    assert line.endswith(r"failed (server): ␛[2J\x9b1m\u202egnp.exe␀␡\ud83d")
    assert line.isprintable()


def test_appends(tmp_path: Path) -> None:
    """The lines of an earlier run stay."""
    told(tmp_path, SweepEnded(1, interrupted=True))
    assert len(told(tmp_path, SweepEnded(2, interrupted=False))) == 2


def test_at_once(tmp_path: Path) -> None:
    """A line is in the file when its event is over, so that a killed run has told all."""
    with EventLog(tmp_path / "events.log") as log:
        log(SweepEnded(1, interrupted=False))
        assert (tmp_path / "events.log").read_text().endswith("ended after 1.0 s\n")


def test_cannot_be_opened(tmp_path: Path) -> None:
    """A file that cannot be had is told in a sentence."""
    (tmp_path / "events.log").mkdir()
    with pytest.raises(StorageError, match=r"events\.log: cannot be written"):
        EventLog(tmp_path / "events.log")


def test_a_trace_is_below_its_line(tmp_path: Path) -> None:
    """A defect's trace keeps its lines, and none of them can be taken for another event's."""
    trace = "Traceback:\n  File x\nValueError: \x1b[2J\u2028\n2026-01-01 00:00:00 ended\n"
    with EventLog(tmp_path / "events.log") as log:
        log(DefectMet(CELL, trace))
    first, *below = (tmp_path / "events.log").read_text(encoding="utf-8").splitlines()
    assert first[20:] == "qwen3-8b: question q1 turn 2 of qwen3-8b failed inside asynceval:"
    assert [line.removeprefix("    | ") for line in below if line.startswith("    | ")] == [
        *("Traceback:", "  File x", "ValueError: ␛[2J", ""),
        "2026-01-01 00:00:00 ended",
    ]


def test_a_message_of_many_lines_is_one(tmp_path: Path) -> None:
    """A message cannot look like the line of another event."""
    failure = Failure(Cause.SERVER, "sorry\n2026-01-01 00:00:00 ended\r")
    (line,) = told(tmp_path, EndpointDown("local", failure, 1))
    assert "sorry␊2026-01-01 00:00:00 ended␍; tried again" in line


class SmallDisk:
    """A file on a disk that has room for so many bytes."""

    def __init__(self, room: int) -> None:
        """Start empty."""
        self.room, self.taken = room, b""

    def write(self, data: bytes) -> int:
        """Take what there is room for, and fail if that is nothing."""
        part = bytes(data[: self.room])
        if data and not part:
            raise OSError(28, "No space left on device")
        self.taken += part
        self.room -= len(part)
        return len(part)

    def close(self) -> None:
        """Fail as some network file systems do."""
        raise OSError(122, "Disk quota exceeded")


@pytest.mark.parametrize("room", range(60))
def test_a_full_disk_is_survived(tmp_path: Path, room: int) -> None:
    """Events are dropped and counted while the disk is full; later lines are whole and say so."""
    log = EventLog(tmp_path / "events.log")
    log._file.close()
    disk = SmallDisk(room)
    log._file = cast("FileIO", disk)
    with log:
        for _ in range(4):
            log(SweepEnded(1, interrupted=False))
        dropped = log.dropped
        disk.room = 1000
        log(SweepEnded(2, interrupted=True))
        log(SweepEnded(3, interrupted=True))
    size = len("2026-01-01 00:00:00 ended after 1.0 s\n")
    assert dropped == 4 - room // size
    *_, missing, second, third = disk.taken.decode().split("\n")[:-1]
    assert missing[20:] == f"not written, for lack of space: {dropped}"
    assert second[20:] == "interrupted after 2.0 s"
    assert third[20:] == "interrupted after 3.0 s"
    assert log.dropped == dropped + 1  # closing failed too


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_real_full_device_is_survived() -> None:
    """A device without space drops the line, and nothing is raised."""
    with EventLog(Path("/dev/full")) as log:
        log(SweepEnded(1, interrupted=False))
    assert log.dropped == 1
