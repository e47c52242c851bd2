"""Disks that fail: at one call or at all, in half of a write, as real ones do."""

import os
from collections.abc import Callable
from typing import Any, NoReturn

from asynceval.store.disk import REAL_DISK, Disk

CALLS = ("open_file", "write", "fsync", "truncate", "rename", "unlink")


def refusing(code: int) -> Callable[..., NoReturn]:
    """Return a call that always fails with an error code."""

    def refuse(*_: object) -> NoReturn:
        raise OSError(code, os.strerror(code))

    return refuse


def crash(*_: object) -> NoReturn:
    """Be a call in which everything ends."""
    raise KeyboardInterrupt


def in_pieces(*sizes: int) -> Callable[[int, bytes], int]:
    """Return a write that takes these many bytes, call by call."""
    left = iter(sizes)
    return lambda descriptor, content: os.write(descriptor, content[: next(left)])


class Tripwire:
    """Counts the calls to a disk, and acts at one of them, a write of which is half done by then."""

    def __init__(self, number: int, act: Callable[[], object]) -> None:
        """Take which call, from 1, and what to do; the call itself follows if that returns."""
        self.calls = 0
        self._number = number
        self._act = act

    def disk(self) -> Disk:
        """Return the disk that is counted."""
        return Disk(**{name: self._wired(getattr(REAL_DISK, name)) for name in CALLS})

    def _wired(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def wired(*arguments: Any) -> Any:
            self.calls += 1
            if self.calls == self._number:
                if call is os.write:
                    descriptor, content = arguments
                    os.write(descriptor, content[: len(content) // 2])
                self._act()
            return call(*arguments)

        return wired
