"""The log: files of lines in a run directory, append-only.

`calls-*.jsonl` hold the replies, `ledger-*.jsonl` what was sent. Every file of a pattern is read, so
shards from other machines merge by being put beside each other; one file is written to. A place is a
file's number and an offset, in one integer.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path
from typing import Final, Literal

from asynceval.domain.errors import DiskFullError, StorageError
from asynceval.store.disk import REAL_DISK, Disk
from asynceval.store.line import key_of

Name = Literal["calls", "ledger"]
NAMES: Final[tuple[Name, ...]] = ("calls", "ledger")
"""The logs of a run directory."""
_CHUNK = 4 << 20
_OFFSET_BITS = 44
_OFFSETS = (1 << _OFFSET_BITS) - 1
_READ_AHEAD = 4096
_LONGEST = 64 << 20  # far more than the longest reply that is taken
_FULL = frozenset((ENOSPC, EDQUOT, EFBIG))


@dataclass(frozen=True, slots=True)
class Damage:
    """A stretch of a log file that holds no intact record: where it starts, and how long it is."""

    file: Path
    offset: int
    length: int
    is_tail: bool

    def __str__(self) -> str:
        """Return the place in words."""
        return f"{self.file}: no intact record at byte {self.offset} ({self.length} bytes)"


@dataclass(frozen=True, slots=True)
class Found:
    """An intact record in the log: its key and its place."""

    key: bytes
    place: int


class Log:
    """The log files of one folder and name; writes to the first when opened for writing."""

    def __init__(
        self, folder: Path, name: Name = "calls", *, write: bool, disk: Disk = REAL_DISK
    ) -> None:
        """Open the log; with `write`, create the file to append to if there is none."""
        self._disk = disk
        files = sorted(folder.glob(f"{name}-*.jsonl"))
        if write and not files:
            files = [folder / f"{name}-1.jsonl"]
        self.files = tuple(files)
        # Without O_NONBLOCK a pipe in the place of a file would be waited for.
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND if write else os.O_RDONLY | os.O_NONBLOCK
        self._descriptors: list[int] = []
        try:
            self._descriptors.extend(disk.open(file, flags) for file in files)
            if write:
                disk.sync_folder(folder)
        except OSError as error:
            self.close()
            place = error.filename or folder  # a folder that cannot be synced has no name here
            raise StorageError(f"{place}: cannot be opened: {error.strerror}") from error
        self._end = os.fstat(self._descriptors[0]).st_size if files else 0
        self._is_dirty = False
        self._is_torn = False

    def scan(self) -> Iterator[Found | Damage]:
        """Yield every record and every damaged stretch, file by file, in order."""
        for number, file in enumerate(self.files):
            yield from self._scan_file(number, file)

    def _scan_file(self, number: int, file: Path) -> Iterator[Found | Damage]:
        offset, rest = 0, b""
        base = number << _OFFSET_BITS
        position = 0
        while chunk := os.pread(self._descriptors[number], _CHUNK, position):
            position += len(chunk)
            lines = (rest + chunk).split(b"\n")
            rest = lines.pop()
            for line in lines:
                key = key_of(line)
                length = len(line) + 1
                if key is not None:
                    yield Found(key, base + offset)
                elif line.strip():
                    yield Damage(file, offset, length, is_tail=False)
                offset += length
            if len(rest) > _LONGEST:
                raise StorageError(f"{file}: the line at byte {offset} is too long for a record")
        if rest:
            key = key_of(rest)
            if key is not None:
                yield Found(key, base + offset)
            else:
                yield Damage(file, offset, len(rest), is_tail=True)

    def mend_tail(self) -> tuple[Damage, ...]:
        """Cut a torn last line off each file, and end a whole one with its newline.

        A crash leaves at most such a tail. Returns what was cut.
        """
        cut = []
        for number, file in enumerate(self.files):
            descriptor = self._descriptors[number]
            size = os.fstat(descriptor).st_size
            start = self._last_line(descriptor, size)
            if start == size:
                continue
            if key_of(os.pread(descriptor, size - start, start)) is None:
                self._disk.truncate(descriptor, start)
                cut.append(Damage(file, start, size - start, is_tail=True))
            else:
                self._disk.write_all(descriptor, b"\n")
        if self.files:
            self._end = os.fstat(self._descriptors[0]).st_size
        return tuple(cut)

    @staticmethod
    def _last_line(descriptor: int, size: int) -> int:
        """Return the offset behind the last newline."""
        position = size
        while position:
            start = max(0, position - _CHUNK)
            newline = os.pread(descriptor, position - start, start).rfind(b"\n")
            if newline >= 0:
                return start + newline + 1
            position = start
        return 0

    def append(self, line: bytes) -> int:
        """Write a line and return its place.

        A write that fails or falls short is taken back, so the file holds whole lines only. Raises
        DiskFullError if that was for lack of space: the same line may be appended later. Raises
        StorageError for anything else, and as long as a part of a line cannot be taken back.
        """
        descriptor, start = self._descriptors[0], self._end
        try:
            if self._is_torn:
                self._take_back()
            self._is_torn = True
            self._disk.write_all(descriptor, line)
            self._is_torn = False
        except OSError as error:
            told = f"{self.files[0]}: cannot be written: {error.strerror}"
            try:
                self._take_back()
            except OSError:
                # Cut before the next line, else on opening: nothing may be written behind it.
                raise StorageError(told) from error
            raise (DiskFullError if error.errno in _FULL else StorageError)(told) from error
        self._end = start + len(line)
        self._is_dirty = True
        return start

    def _take_back(self) -> None:
        """Cut what there is of a line that was not written whole."""
        self._is_torn = True
        self._disk.truncate(self._descriptors[0], self._end)
        self._is_torn = False

    def read(self, place: int) -> bytes:
        """Return the line at a place, without its newline."""
        descriptor, offset = self._descriptors[place >> _OFFSET_BITS], place & _OFFSETS
        line = os.pread(descriptor, _READ_AHEAD, offset)
        end = line.find(b"\n")
        size = _READ_AHEAD
        while end < 0 and len(line) == size:
            size *= 4
            line = os.pread(descriptor, size, offset)
            end = line.find(b"\n")
        return line if end < 0 else line[:end]

    def where(self, place: int) -> str:
        """Return a place in words."""
        return f"{self.files[place >> _OFFSET_BITS]}: byte {place & _OFFSETS}"

    def sync(self) -> None:
        """Put what was written on the disk; may be called from another thread."""
        if not self._is_dirty:
            return
        self._is_dirty = False
        try:
            if not os.fstat(self._descriptors[0]).st_nlink:
                raise StorageError(f"{self.files[0]} was deleted while the run was writing to it")
            self._disk.fsync(self._descriptors[0])
        except OSError as error:
            # The kernel may drop the pages after a failed fsync, so trying again would prove nothing.
            raise StorageError(f"{self.files[0]}: cannot be synced: {error.strerror}") from error

    def close(self) -> None:
        """Close the files; what was written is not synced by this."""
        while self._descriptors:
            self._disk.close(self._descriptors.pop())
