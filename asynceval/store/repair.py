"""Repair: a log without its damaged stretches."""

import os
from pathlib import Path

from asynceval.domain.errors import StorageError
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
    with path.open("rb") as lines, draft.open("wb", opener=_private) as kept:
        for line in lines:
            if key_of(line.removesuffix(b"\n")) is not None:
                kept.write(line if line.endswith(b"\n") else line + b"\n")
            elif line.strip():
                others += 1
                with damaged.open("ab", opener=_private) as file:
                    file.write(line)
        kept.flush()
        os.fsync(kept.fileno())
    return others


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
