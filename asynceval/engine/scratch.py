"""A scratch folder for a check: its servers' output, and their notes for whoever comes after a kill."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR
from tempfile import gettempdir, mkdtemp

from asynceval.domain.errors import StorageError
from asynceval.domain.events import Listener
from asynceval.engine.leftovers import stop_leftovers
from asynceval.store.lock import locked

_PREFIX = "asynceval-check-"


@dataclass(slots=True)
class Scratch:
    """The folder; `is_kept` if what is in it is still to be read."""

    folder: Path
    is_kept: bool = False


@contextmanager
def scratch() -> Iterator[Scratch]:
    """Make a folder and hold its lock; it is removed at the end unless it is to be kept."""
    made = Scratch(Path(mkdtemp(prefix=_PREFIX)))
    with locked(made.folder):
        try:
            yield made
        finally:
            if not made.is_kept:
                shutil.rmtree(made.folder, ignore_errors=True)


async def stop_abandoned(tell: Listener) -> None:
    """Stop the servers of checks that were killed, and remove their folders."""
    for folder in _abandoned():
        with suppress(StorageError, OSError), locked(folder):
            await stop_leftovers(folder, tell)
            shutil.rmtree(folder, ignore_errors=True)


def _abandoned() -> Iterator[Path]:
    """Yield the folders of this user with a note in them; a check that goes on holds the lock of its own."""
    for folder in sorted(Path(gettempdir()).glob(f"{_PREFIX}*")):
        with suppress(OSError):
            found = folder.lstat()
            is_ours = S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
            if is_ours and any(folder.glob("server-*.pid")):
                yield folder
