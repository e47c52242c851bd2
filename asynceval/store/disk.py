"""The disk: every system call that changes a run directory, so that a test can let one fail."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from errno import EBADF, EINVAL, ENOTSUP
from pathlib import Path
from typing import Final

_PRIVATE = 0o600
_CANNOT_SYNC = frozenset((EBADF, EINVAL, ENOTSUP))


@dataclass(frozen=True, slots=True)
class Disk:
    """The calls, as `os` has them. Reading goes past it: what is read changes nothing.

    Each raises OSError. A new file is for its owner only, and a link is never followed.
    """

    open_file: Callable[[Path, int, int], int] = os.open
    write: Callable[[int, bytes], int] = os.write
    fsync: Callable[[int], None] = os.fsync
    truncate: Callable[[int, int], None] = os.ftruncate
    rename: Callable[[Path, Path], None] = os.replace
    unlink: Callable[[Path], None] = os.unlink

    def open(self, path: Path, flags: int) -> int:
        """Return a descriptor of a file."""
        return self.open_file(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, _PRIVATE)

    def write_all(self, descriptor: int, content: bytes) -> None:
        """Write all of it, in pieces if the system takes no more at once."""
        written = self.write(descriptor, content)
        while written < len(content):
            more = self.write(descriptor, content[written:])
            if not more:
                raise OSError(0, "nothing was written")
            written += more

    def draft(self, path: Path, content: bytes) -> None:
        """Make a file whole and safe on the disk; after a failure there is none."""
        try:
            descriptor = self.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            try:
                self.write_all(descriptor, content)
                self.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError:
            self.discard(path)
            raise

    def replace(self, draft: Path, path: Path) -> None:
        """Let a draft take a file's place, in one step; a crash leaves one of the two."""
        self.rename(draft, path)
        self.sync_folder(path.parent)

    def discard(self, path: Path) -> None:
        """Delete a file, if it is there."""
        try:
            self.unlink(path)
        except FileNotFoundError:
            return

    def make_folder(self, folder: Path) -> None:
        """Make a folder and those it lies in, as far as they are missing."""
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        for path in reversed(missing):
            self.sync_folder(path.parent)

    def sync_folder(self, folder: Path) -> None:
        """Put a folder's entries on the disk: until then a new or renamed file is not safe.

        Some file systems know no such thing; there it does nothing.
        """
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            self.fsync(descriptor)
        except OSError as error:
            if error.errno not in _CANNOT_SYNC:
                raise
        finally:
            os.close(descriptor)

    @staticmethod
    def close(descriptor: int) -> None:
        """Close a file, whatever the system says: what counts was synced before."""
        with suppress(OSError):
            os.close(descriptor)


REAL_DISK: Final = Disk()
"""The disk itself."""
