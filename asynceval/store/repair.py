"""Repair: a log without its damaged stretches."""

import os
from io import BufferedWriter
from pathlib import Path

from asynceval.domain.errors import StorageError
from asynceval.store.folder import sync_folder
from asynceval.store.line import key_of


def repair(folder: Path) -> tuple[Path, ...]:
    """Keep every intact line of each log file; append the rest to `<file>.damaged`.

    Returns the files that damaged bytes were set aside in. The caller holds the lock. The new file
    takes the old one's place in one step, so a crash leaves one of the two.
    """
    aside = []
    for path in sorted(folder.glob("calls-*.jsonl")):
        draft, damaged = path.with_suffix(".new"), path.with_suffix(".jsonl.damaged")
        try:
            if _sift(path, draft, damaged):
                draft.replace(path)
                sync_folder(folder)
                aside.append(damaged)
            else:
                draft.unlink()
        except OSError as error:
            draft.unlink(missing_ok=True)
            place = error.filename or path
            raise StorageError(f"{place}: cannot be repaired: {error.strerror}") from error
    return tuple(aside)


def _sift(path: Path, draft: Path, damaged: Path) -> int:
    """Copy the intact lines to `draft` and the others to `damaged`; return how many others."""
    others = 0
    with path.open("rb") as lines, _private(draft, os.O_TRUNC) as kept:
        for line in lines:
            if key_of(line.removesuffix(b"\n")) is not None:
                kept.write(line if line.endswith(b"\n") else line + b"\n")
            elif line.strip():
                others += 1
                with _private(damaged, os.O_APPEND) as file:
                    file.write(line)
        kept.flush()
        os.fsync(kept.fileno())
    return others


def _private(path: Path, flag: int) -> BufferedWriter:
    """Open a file to write that nobody else may read, like the log itself."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | flag, 0o600), "wb")
