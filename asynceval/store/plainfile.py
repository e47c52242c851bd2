"""A plain file of a run directory, which may be a stranger's: no pipe to wait for, no endless size."""

import os
import stat
from pathlib import Path

from asynceval.domain.errors import StorageError

MOST = 1 << 30
"""Bytes that are read of a file of lines."""


def read_whole(path: Path, most: int = MOST) -> bytes:
    """Return what a file holds. Raises OSError, and StorageError if it is no file or over `most`."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise StorageError(f"{path} is no plain file")
        if found.st_size > most:
            raise StorageError(f"{path} is larger than {most >> 20} MB: it is not ours")
        return file.read()
