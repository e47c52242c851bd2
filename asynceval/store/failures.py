"""The failures: `failures.jsonl`, a line for each call that ended without a reply."""

import os
from dataclasses import asdict
from pathlib import Path

import orjson

from asynceval.domain.cell import Cell
from asynceval.domain.errors import StorageError
from asynceval.domain.failure import Failure
from asynceval.store.disk import Disk


class Failures:
    """Appends notes for people, and for the report's causes.

    No result depends on them, so a note that cannot be written ends no run: it is counted in
    `dropped`, and the next one is tried as if nothing had been.
    """

    def __init__(self, path: Path, disk: Disk) -> None:
        """Open the file to append to. StorageError if it cannot be had."""
        self._disk = disk
        self.dropped = 0
        try:
            self._descriptor = disk.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
            size = os.fstat(self._descriptor).st_size
            self._is_torn = size > 0 and os.pread(self._descriptor, 1, size - 1) != b"\n"
        except OSError as error:
            raise StorageError(f"{path}: cannot be opened: {error.strerror}") from error

    def note(self, key: bytes, cell: Cell, failure: Failure, at: float) -> None:
        """Append a line; `at` is in seconds since the epoch."""
        content = {"key": key.hex(), **asdict(cell), **asdict(failure), "at": round(at, 3)}
        line = orjson.dumps(content, option=orjson.OPT_APPEND_NEWLINE)
        if self._is_torn:
            line = b"\n" + line
        try:
            self._is_torn = True
            self._disk.write_all(self._descriptor, line)
            self._is_torn = False
        except OSError:
            self.dropped += 1

    def close(self) -> None:
        """Close the file."""
        self._disk.close(self._descriptor)
