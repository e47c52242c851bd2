"""The outlet: a run as files that FastChat's tools read."""

from collections import Counter as Counts
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Self

import orjson

from asynceval.benchmarks.records import Record
from asynceval.bridge import originals
from asynceval.bridge.exports import Exports
from asynceval.domain.errors import ConfigError, StorageError
from asynceval.store import request
from asynceval.store.store import Store


def write_out(run: Path, folder: Path) -> tuple[Counts[str], Counts[str]]:
    """Write a run below `folder`; return the rows of each file, and what could not be written as it is.

    What was imported comes back as it was, and what the run asked itself comes beside it. Raises
    ConfigError if the folder holds something, StorageError if it cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(f"{folder} is there already: name a folder that is new or empty")
    plan = request.read(run)
    with Store(run, write=False) as store, _Files(folder) as files:
        questions = set()
        for original in originals.read(run):
            for where, key in original.texts:
                reply = store.get(key)
                if reply is None:
                    raise StorageError(f"{run}: a text of {original.file} is not in the log")
                originals.put(original.record, where, reply.text)
            files.add(original.file, original.record)
            questions.add(str(original.record.get("question_id")))
        exports = Exports(plan, store, frozenset(files.rows), frozenset(questions))
        for file, row in exports.rows():
            files.add(file, row)
    return files.rows, exports.notes


class _Files:
    """The files below a folder, written a row at a time, one of them open."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: BinaryIO | None = None
        self._name = ""
        self.rows: Counts[str] = Counts()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def add(self, name: str, row: Record) -> None:
        """Append a row to the file of that name."""
        try:
            if self._file is None or name != self._name:
                self._close()
                self._file, self._name = self._opened(name), name
            self._file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
        except OSError as error:
            raise StorageError(f"{self._folder / name}: {error.strerror}") from error
        self.rows[name] += 1

    def _opened(self, name: str) -> BinaryIO:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise StorageError(f"{originals.FILE} is damaged: {name} leads out of the folder")
        (self._folder / path).parent.mkdir(parents=True, exist_ok=True)
        return (self._folder / path).open("ab")

    def _close(self) -> None:
        if self._file is not None:
            try:
                self._file.close()
            except OSError as error:
                raise StorageError(f"{self._folder / self._name}: {error.strerror}") from error
            self._file = None
