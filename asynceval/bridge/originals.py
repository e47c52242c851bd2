"""Originals: the rows of FastChat's files as they were imported, beside the log of the run.

What a row holds beyond our cells (ids, times, prompts, recorded scores) is kept here, so that an
export gives it back. Texts that are in the log are left out, and found there by their key.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from asynceval.benchmarks.records import Record
from asynceval.bridge.rows import Where
from asynceval.domain.errors import StorageError

FILE: Final = "fastchat.jsonl"
_DRAFT: Final = "fastchat.new"


@dataclass(frozen=True, slots=True)
class Original:
    """A row of a file; the texts at some places in it are in the log, under these keys."""

    file: str
    record: Record
    texts: tuple[tuple[Where, bytes], ...] = ()


def shortened(record: Record, places: Iterable[Where]) -> Record:
    """Return a copy of the record with an empty text in these places."""
    copy: Record = orjson.loads(orjson.dumps(record))
    for where in places:
        put(copy, where, "")
    return copy


def put(record: Record, where: Where, text: str) -> None:
    """Set the text at a place in a record."""
    holder: Any = record
    for key in where[:-1]:
        holder = holder[key]
    holder[where[-1]] = text


def read(folder: Path) -> Iterator[Original]:
    """Yield what was imported into a run directory, file by file; nothing if nothing was."""
    path = folder / FILE
    try:
        with path.open("rb") as lines:
            for line in lines:
                content = orjson.loads(line)
                texts = ((tuple(where), bytes.fromhex(key)) for where, key in content["texts"])
                yield Original(content["file"], content["row"], tuple(texts))
    except FileNotFoundError:
        return
    except OSError as error:
        raise StorageError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(f"{path} is damaged: import the files again") from error


class Draft:
    """The next edition of the originals, which takes the place of the last one when it is complete."""

    def __init__(self, folder: Path) -> None:
        """Start an empty draft."""
        self._folder = folder
        try:
            self._file = (folder / _DRAFT).open("wb")
        except OSError as error:
            raise StorageError(f"{folder / _DRAFT}: {error.strerror}") from error

    def add(self, original: Original) -> None:
        """Append one row."""
        texts = [(where, key.hex()) for where, key in original.texts]
        content = {"file": original.file, "row": original.record, "texts": texts}
        self._guarded(orjson.dumps(content, option=orjson.OPT_APPEND_NEWLINE))

    def _guarded(self, line: bytes) -> None:
        try:
            self._file.write(line)
        except OSError as error:
            raise StorageError(f"{self._folder / _DRAFT}: {error.strerror}") from error

    def publish(self) -> None:
        """Put the draft on the disk and in its place."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            (self._folder / _DRAFT).replace(self._folder / FILE)
        except OSError as error:
            raise StorageError(f"{self._folder / FILE}: {error.strerror}") from error

    def close(self) -> None:
        """Close the draft; what was not published is gone."""
        self._file.close()
        with suppress(OSError):
            (self._folder / _DRAFT).unlink(missing_ok=True)
