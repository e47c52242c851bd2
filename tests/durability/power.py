"""A disk that loses power: what was not synced may be there, in part, or in another order."""

import os
import stat
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TypeVar

from asynceval.store.disk import Disk

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Written:
    """Bytes at a place in a file."""

    file: int
    offset: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """A file's new length."""

    file: int
    length: int


@dataclass(frozen=True, slots=True)
class Synced:
    """All of a file, or all entries of the folder (None), are safe."""

    file: int | None


@dataclass(frozen=True, slots=True)
class Entered:
    """A name in the folder stands for a file from now on, or for none."""

    name: str
    file: int | None
    left: str | None = None


class FrailDisk:
    """Carries everything out, and keeps a journal of it. Files are told apart by inode."""

    def __init__(self) -> None:
        """Start with an empty folder."""
        self.journal: list[Written | Cut | Synced | Entered] = []

    def disk(self) -> Disk:
        """Return the disk to use."""
        return Disk(self._open, self._write, self._sync, self._cut, self._rename, self._unlink)

    def _open(self, path: Path, flags: int, mode: int) -> int:
        is_new = not path.exists()
        descriptor = os.open(path, flags, mode)
        file = os.fstat(descriptor).st_ino
        if is_new:
            self.journal += [Cut(file, 0), Entered(path.name, file)]
        elif flags & os.O_TRUNC:
            self.journal.append(Cut(file, 0))
        return descriptor

    def _write(self, descriptor: int, content: bytes) -> int:
        written = os.write(descriptor, content)
        status = os.fstat(descriptor)
        self.journal.append(Written(status.st_ino, status.st_size - written, content[:written]))
        return written

    def _sync(self, descriptor: int) -> None:
        status = os.fstat(descriptor)
        self.journal.append(Synced(None if stat.S_ISDIR(status.st_mode) else status.st_ino))

    def _cut(self, descriptor: int, length: int) -> None:
        os.ftruncate(descriptor, length)
        self.journal.append(Cut(os.fstat(descriptor).st_ino, length))

    def _rename(self, draft: Path, path: Path) -> None:
        file = draft.stat().st_ino
        draft.replace(path)
        self.journal.append(Entered(path.name, file, left=draft.name))

    def _unlink(self, path: Path) -> None:
        path.unlink()
        self.journal.append(Entered(path.name, None))

    def after_power_loss(self, moment: int, random: Random, *, in_order: bool) -> dict[str, bytes]:
        """Return the files as they may be when power is lost after that many calls.

        Of what was not synced, each file has some first part, the last write perhaps in part, and
        the folder some of the first names; or, if not `in_order`, they have any of them, with zeros
        where other writes are missing.
        """
        safe: dict[int, bytes] = defaultdict(bytes)
        names: dict[str, int] = {}
        loose: dict[int, list[Written | Cut]] = defaultdict(list)
        entries: list[Entered] = []
        for change in self.journal[:moment]:
            match change:
                case Written(file, _, _) | Cut(file, _):
                    loose[file].append(change)
                case Entered():
                    entries.append(change)
                case Synced(None):
                    for entry in entries:
                        _enter(names, entry)
                    entries.clear()
                case Synced(int(file)):
                    for done in loose.pop(file, ()):
                        safe[file] = _changed(safe[file], done)
        for file, changes in loose.items():
            for done in _survivors(changes, random, in_order=in_order):
                safe[file] = _changed(safe[file], done)
        for entry in _some(entries, random, in_order=in_order):
            _enter(names, entry)
        return {name: safe[file] for name, file in names.items()}


def _survivors(
    changes: list[Written | Cut], random: Random, *, in_order: bool
) -> list[Written | Cut]:
    kept = _some(changes, random, in_order=in_order)
    if in_order and kept and isinstance(last := kept[-1], Written):
        part = last.content[: random.randint(0, len(last.content))]
        kept[-1] = Written(last.file, last.offset, part)
    return kept


def _some(changes: list[T], random: Random, *, in_order: bool) -> list[T]:
    if in_order:
        return changes[: random.randint(0, len(changes))]
    return [change for change in changes if random.random() < 0.5]


def _enter(names: dict[str, int], entry: Entered) -> None:
    names.pop(entry.left or "", None)
    names.pop(entry.name, None)
    if entry.file is not None:
        names[entry.name] = entry.file


def _changed(content: bytes, change: Written | Cut) -> bytes:
    if isinstance(change, Cut):
        return content[: change.length].ljust(change.length, b"\0")
    start, end = change.offset, change.offset + len(change.content)
    return content[:start].ljust(start, b"\0") + change.content + content[end:]
