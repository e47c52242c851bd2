"""The log of waits: `waits.jsonl`, for how long the calls of the runs waited at each gate, and for what.

A line holds what came to be known since the line before it, so the sum over all lines is that of all
runs; one that is killed loses at most its last minute. Nothing depends on the file.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import orjson

from asynceval.domain.errors import StorageError
from asynceval.domain.events import Event, Pulsed
from asynceval.domain.waits import Waits
from asynceval.store.disk import REAL_DISK, Disk
from asynceval.store.plainfile import read_whole

FILE = "waits.jsonl"
_EVERY = 60.0


@dataclass(frozen=True, slots=True)
class Waited:
    """All runs of a directory: the seconds they took, and by gate those in which its calls waited for what."""

    watched: float
    gates: Mapping[str, Mapping[str, float]]


class WaitLog:
    """A listener that notes the waits once a minute and at the end; what cannot be written is dropped."""

    def __init__(self, folder: Path, disk: Disk = REAL_DISK) -> None:
        """Start with nothing waited for."""
        self._path = folder / FILE
        self._disk = disk
        self._waits = Waits()

    def __enter__(self) -> Self:
        """Return the listener."""
        return self

    def __exit__(self, *_: object) -> None:
        """Note the rest."""
        self._note()

    def __call__(self, event: Event) -> None:
        """Count a pulse; nothing else tells of waits."""
        if isinstance(event, Pulsed):
            self._waits.pulse(event)
            if self._waits.watched >= _EVERY:
                self._note()

    def _note(self) -> None:
        watched, gates = self._waits.take()
        if not gates:
            return  # nothing was asked, so nothing waited
        line = orjson.dumps({"seconds": round(watched, 3), "gates": gates})
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        try:
            descriptor = self._disk.open(self._path, flags)
            try:
                # A line that was torn by a crash ends here.
                self._disk.write_all(descriptor, b"\n" + line + b"\n")
            finally:
                self._disk.close(descriptor)
        except OSError:
            return


def read_waits(folder: Path) -> Waited:
    """Return the sum of all lines; a torn one counts for nothing. None are there before the first run."""
    watched = 0.0
    gates: dict[str, dict[str, float]] = {}
    try:
        lines = read_whole(folder / FILE).split(b"\n")
    except (OSError, StorageError):
        lines = []
    for line in lines:
        try:
            entry = orjson.loads(line)
            seconds = float(entry["seconds"])
            found = {
                str(gate): {str(wait): float(took) for wait, took in waits.items()}
                for gate, waits in entry["gates"].items()
            }
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
        watched += seconds
        for gate, waits in found.items():
            its = gates.setdefault(gate, {})
            for wait, took in waits.items():
                its[wait] = its.get(wait, 0.0) + took
    return Waited(watched, gates)
