"""The event log: what happened in a run, one line each, for people."""

from pathlib import Path
from time import strftime
from typing import Self

from asynceval.domain.errors import StorageError
from asynceval.domain.events import (
    CallFailed,
    CallRetried,
    EndpointHalted,
    Event,
    ServerReady,
    ServerStarted,
    SweepEnded,
    SweepStarted,
    SweepStopping,
)
from asynceval.domain.failure import Cause
from asynceval.domain.text import visible


class EventLog:
    """A listener that appends to a file. What landed is in the log of calls, and not told here."""

    def __init__(self, path: Path) -> None:
        """Open the file to append to."""
        try:
            self._file = path.open("ab", buffering=0)
        except OSError as error:
            raise StorageError(f"{path}: cannot be written: {error.strerror}") from error
        self._path = path

    def __enter__(self) -> Self:
        """Return the listener."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._file.close()

    def __call__(self, event: Event) -> None:
        """Write the event's line, if it has one."""
        line = _line(event)
        if line is None:
            return
        try:
            self._file.write(f"{strftime('%Y-%m-%d %H:%M:%S')} {visible(line)}\n".encode())
        except OSError as error:
            raise StorageError(f"{self._path}: cannot be written: {error.strerror}") from error


def _line(event: Event) -> str | None:
    match event:
        case ServerStarted(endpoint, command, _):
            return f"endpoint {endpoint}: started {command}"
        case ServerReady(endpoint, base_url, seconds):
            return f"endpoint {endpoint}: ready at {base_url} after {seconds:.1f} s"
        case SweepStarted(name, _, lanes):
            return f"sweep {name}: {sum(lane.total for lane in lanes)} calls in the plan"
        case CallRetried(cell, endpoint, failure, wait):
            return f"{endpoint}: {cell.asked}: {failure.message}; again in {wait:.1f} s"
        case CallFailed(cell, endpoint, failure) if failure.cause is not Cause.NOT_REACHED:
            place = f"question {cell.question} turn {cell.turn} of {cell.target}"
            return f"{endpoint}: {cell.asked}: {place} failed ({failure.cause}): {failure.message}"
        case EndpointHalted(endpoint, model, failure):
            what = endpoint if model is None else f"{model} on {endpoint}"
            return f"{what}: nothing is sent any more ({failure.cause}): {failure.message}"
        case SweepStopping(open_calls, grace):
            return f"stopping: {open_calls} open calls have {grace:g} s to finish"
        case SweepEnded(seconds, interrupted):
            return f"{'interrupted' if interrupted else 'ended'} after {seconds:.1f} s"
        case _:
            return None
