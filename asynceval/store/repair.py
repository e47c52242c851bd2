"""Repair: logs without their damaged stretches."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from asynceval.domain.errors import StorageError
from asynceval.store.disk import REAL_DISK, Disk
from asynceval.store.line import key_of
from asynceval.store.log import NAMES

_BEGIN = b'{"key":"'
_END = re.compile(rb',"crc":"[0-9a-f]{8}"\}')


def repair(folder: Path, disk: Disk = REAL_DISK) -> tuple[Path, ...]:
    """Keep every intact line of each log file; append the rest to `<file>.damaged`.

    Returns the files that damaged bytes were set aside in. The caller holds the lock. The new file
    takes the old one's place in one step, when what was set aside is safe on the disk, so a crash
    loses neither.
    """
    aside = []
    for path in (path for name in NAMES for path in sorted(folder.glob(f"{name}-*.jsonl"))):
        draft, damaged = path.with_suffix(".new"), path.with_suffix(".jsonl.damaged")
        try:
            if _sift(path, draft, damaged, disk):
                disk.replace(draft, path)
                aside.append(damaged)
            else:
                disk.discard(draft)
        except OSError as error:
            disk.discard(draft)
            place = error.filename or path
            raise StorageError(f"{place}: cannot be repaired: {error.strerror}") from error
    return tuple(aside)


def _sift(path: Path, draft: Path, damaged: Path, disk: Disk) -> bool:
    """Copy the intact lines to `draft`, append the others to `damaged`; whether there were any."""
    others = []
    with path.open("rb") as lines, _writing(draft, os.O_TRUNC, disk) as kept:
        for line in lines:
            for part in _parted(line):
                bare = part.removesuffix(b"\n")
                if key_of(bare) is not None:
                    disk.write_all(kept, bare + b"\n")
                elif bare.strip():
                    others.append(part)
    if others:
        with _writing(damaged, os.O_APPEND, disk) as aside:
            for line in others:
                disk.write_all(aside, line)
        disk.sync_folder(path.parent)
    return bool(others)


def _parted(line: bytes) -> Iterator[bytes]:
    """Yield a line as it is if it is intact, else in parts: a newline may be what was damaged.

    A record's texts cannot hold the mark of its end, since quotes are escaped in them.
    """
    start = 0
    if key_of(line.removesuffix(b"\n")) is None:
        for end in _END.finditer(line):
            begin = line.find(_BEGIN, start, end.end())
            if begin >= 0 and key_of(line[begin : end.end()]) is not None:
                yield line[start:begin]
                yield line[begin : end.end()]
                start = end.end()
    yield line[start:]


@contextmanager
def _writing(path: Path, flag: int, disk: Disk) -> Iterator[int]:
    """Open a file to write, and leave it safe on the disk."""
    descriptor = disk.open(path, os.O_WRONLY | os.O_CREAT | flag)
    try:
        yield descriptor
        disk.fsync(descriptor)
    finally:
        os.close(descriptor)
