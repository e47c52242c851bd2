"""The event log: one harmless line for each thing worth knowing."""

import re
from pathlib import Path

import pytest

from asynceval.domain.cell import Cell
from asynceval.domain.errors import StorageError
from asynceval.domain.events import (
    AnswerLanded,
    CallFailed,
    CallRetried,
    EndpointHalted,
    Event,
    Lane,
    Pulsed,
    ServerReady,
    ServerStarted,
    SweepEnded,
    SweepStarted,
    SweepStopping,
)
from asynceval.domain.failure import Cause, Failure
from asynceval.domain.reply import Usage
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
    assert told(tmp_path, Pulsed(1.0, ()), AnswerLanded(CELL, Usage(), stored=False)) == []


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


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_full_disk() -> None:
    """A full disk is a storage error, and not one more on closing."""
    with (
        EventLog(Path("/dev/full")) as log,
        pytest.raises(StorageError, match="/dev/full: cannot be written: No space left on device"),
    ):
        log(SweepEnded(1, interrupted=False))
