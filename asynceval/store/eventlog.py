"""The event log: what happened in a run, one line each, for people."""

import os
from pathlib import Path
from time import strftime
from typing import Self

from asynceval.domain.cell import Cell
from asynceval.domain.errors import StorageError
from asynceval.domain.events import (
    BudgetReached,
    CallFailed,
    CallRetried,
    ConnectionsClosed,
    DefectMet,
    EndpointBack,
    EndpointDown,
    EndpointHalted,
    Event,
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
from asynceval.domain.failure import Cause
from asynceval.domain.text import counted, visible

_STOOD_STILL = 1.0
_AT_ONCE = 0.05
_TRACE = "    | "


class EventLog:
    """A listener that appends to a file. What landed is in the log of calls, and not told here.

    Nothing depends on this file, so a disk that is full does not end the run: the event is dropped
    and counted, and once there is space again a line says how many are missing.
    """

    def __init__(self, path: Path) -> None:
        """Open the file to append to. StorageError if it cannot be had."""
        try:
            self._file = open(path, "ab", buffering=0, opener=_private)  # noqa: SIM115
        except OSError as error:
            raise StorageError(f"{path}: cannot be written: {error.strerror}") from error
        self.dropped = 0
        self._missing = 0
        self._is_torn = False

    def __enter__(self) -> Self:
        """Return the listener."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        try:
            self._file.close()
        except OSError:  # some file systems tell of a full disk only now
            self.dropped += 1

    def __call__(self, event: Event) -> None:
        """Write the event's line, if it has one; `dropped` counts those that could not be written."""
        line = _line(event)
        if line is None:
            return
        text = _stamped(line)
        if isinstance(event, DefectMet):
            text += "".join(f"{_TRACE}{_one_line(part)}\n" for part in event.trace.splitlines())
        try:
            if self._missing:
                self._write(_stamped(f"not written, for lack of space: {self._missing}"))
                self._missing = 0
            self._write(text)
        except OSError:
            self.dropped += 1
            self._missing += 1

    def _write(self, text: str) -> None:
        """Write all of it or fail; after a part of it, the next line begins anew."""
        rest = text.encode()
        if self._is_torn:
            rest = b"\n" + rest
        while rest:
            written = self._file.write(rest)
            self._is_torn = not rest[:written].endswith(b"\n")
            rest = rest[written:]


def _private(path: str, flags: int) -> int:
    """Open a file for its owner only, and follow no link: the directory may be a stranger's."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def _stamped(line: str) -> str:
    return f"{strftime('%Y-%m-%d %H:%M:%S')} {_one_line(line)}\n"


def _one_line(text: str) -> str:
    return visible(text).replace("\n", "␊")


def _line(event: Event) -> str | None:
    match event:
        case EndpointHalted() | EndpointDown() | EndpointBack():
            return _of_endpoint(event)
        case ServerStarted() | ServerReady() | ServerEnded() | ServerStopped() | LeftoverStopped():
            return _of_server(event)
        case ConnectionsClosed(endpoint):
            return f"{endpoint}: closes each connection after one response; ports may run out"
        case CallRetried() | CallFailed() | OtherModelAnswered() | DefectMet():
            return _of_call(event)
        case _:
            return _of_sweep(event)


def _of_server(
    event: ServerStarted | ServerReady | ServerEnded | ServerStopped | LeftoverStopped,
) -> str:
    match event:
        case ServerStarted(endpoint, command, _):
            return f"endpoint {endpoint}: started {command}"
        case ServerReady(endpoint, base_url, seconds):
            return f"endpoint {endpoint}: ready at {base_url} after {seconds:.1f} s"
        case ServerEnded(endpoint, message):
            return f"endpoint {endpoint}: is started again: {message}"
        case ServerStopped(endpoint):
            return f"endpoint {endpoint}: stopped, its GPUs go to another"
        case LeftoverStopped(endpoint, pid):
            return f"endpoint {endpoint}: stopped process {pid}, which an earlier run had left"


def _of_endpoint(event: EndpointHalted | EndpointDown | EndpointBack) -> str:
    match event:
        case EndpointHalted(endpoint, model, failure):
            what = endpoint if model is None else f"{model} on {endpoint}"
            return f"{what}: nothing is sent any more ({failure.cause}): {failure.message}"
        case EndpointDown(endpoint, failure, wait):
            told = f"{endpoint}: is down ({failure.cause}): {failure.message}"
            return f"{told}; tried again in {wait:.1f} s"
        case EndpointBack(endpoint, seconds):
            return f"{endpoint}: answers again after {seconds:.1f} s"


def _of_call(event: CallRetried | CallFailed | OtherModelAnswered | DefectMet) -> str | None:
    match event:
        case CallRetried(cell, endpoint, failure, wait):
            when = "at once" if wait < _AT_ONCE else f"in {wait:.1f} s"
            return f"{endpoint}: {cell.asked}: {failure.message}; again {when}"
        case CallFailed(cell, endpoint, failure) if failure.cause is not Cause.NOT_REACHED:
            told = f"{endpoint}: {cell.asked}: {_place(cell)} failed"
            return f"{told} ({failure.cause}): {failure.message}"
        case OtherModelAnswered(endpoint, asked, answered):
            return f"{endpoint}: answers as {answered} where {asked} was asked"
        case DefectMet(cell, _):
            return f"{cell.asked}: {_place(cell)} failed inside asynceval:"
        case _:
            return None


def _of_sweep(event: Event) -> str | None:
    match event:
        case SweepStarted(name, _, lanes):
            return f"sweep {name}: {counted(sum(lane.total for lane in lanes), 'call')} in the plan"
        case BudgetReached(_, message):
            return message
        case Pulsed(_, _, _, lag) if lag > _STOOD_STILL:
            return f"this process stood still for {lag:.1f} s"
        case SweepStopping(open_calls, grace):
            return f"stopping: {open_calls} open calls have {grace:g} s to finish"
        case SweepEnded(seconds, interrupted):
            return f"{'interrupted' if interrupted else 'ended'} after {seconds:.1f} s"
        case _:
            return None


def _place(cell: Cell) -> str:
    return f"question {cell.question} turn {cell.turn} of {cell.target}"
