"""The store: replies that were paid for, found by the key of their call."""

from collections.abc import Iterator
from pathlib import Path
from typing import Self

import orjson

from asynceval.domain.cell import Cell
from asynceval.domain.errors import StorageError
from asynceval.domain.failure import Failure
from asynceval.domain.reply import Reply, Usage
from asynceval.store.disk import REAL_DISK, Disk
from asynceval.store.failures import Failures
from asynceval.store.index import Index
from asynceval.store.line import Record, decode, decode_reply, encode
from asynceval.store.log import Found, Log

_NOT_OURS = (KeyError, TypeError, ValueError, AttributeError)


class Store:
    """The calls that are done. A failure is not among them, so the next run tries it again.

    `notices` are sentences for the user about what was found on opening: a torn tail that was cut,
    lines that stand twice. Damage anywhere else refuses to open: see `asynceval verify`.
    """

    def __init__(self, folder: Path, *, write: bool, disk: Disk = REAL_DISK) -> None:
        """Open the run directory's log. The caller holds the lock when it opens for writing."""
        self._log = Log(folder, write=write, disk=disk)
        self._index = Index()
        self._failures: Failures | None = None
        self.notices: tuple[str, ...] = ()
        try:
            if write:
                self._failures = Failures(folder / "failures.jsonl", disk)
            self.notices = tuple(self._load(folder, write=write))
        except OSError as error:
            self._close()
            place = error.filename or folder
            raise StorageError(f"{place}: cannot be opened: {error.strerror}") from error
        except BaseException:
            self._close()
            raise

    def _load(self, folder: Path, *, write: bool) -> Iterator[str]:
        if write:
            for cut in self._log.mend_tail():
                what = f"cut a torn last line of {cut.length} bytes"
                yield f"{cut.file}: {what}; its call is made again"
        twice = differing = 0
        for item in self._log.scan():
            if isinstance(item, Found):
                if not self._index.add(item.key, item.place):
                    twice += 1
                    differing += not self._agree(item)
            elif not item.is_tail:
                raise StorageError(f"{item}. `asynceval verify {folder} --repair` keeps the rest")
        if twice:
            yield f"{folder}: {_lines(twice)} twice in the log; the first one counts"
        if differing:
            yield f"{folder}: {_lines(differing)} twice with another reply; the first one counts"

    def _agree(self, found: Found) -> bool:
        """Whether a line has the reply that the first one with its key has."""
        first = self._index.find(found.key)
        if first is None:
            return True
        one, other = self._log.read(first), self._log.read(found.place)
        return one == other or self._record(first).reply == self._record(found.place).reply

    def _close(self) -> None:
        self._log.close()
        if self._failures is not None:
            self._failures.close()

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Sync and close the log."""
        try:
            self._log.sync()
        finally:
            self._close()

    def __len__(self) -> int:
        """Return the number of calls that are done."""
        return len(self._index)

    def get(self, key: bytes) -> Reply | None:
        """Return the reply to the call with this key, None if it is not done."""
        place = self._index.find(key)
        if place is None:
            return None
        try:
            content = orjson.loads(self._log.read(place))
            return decode_reply(content) if content["key"] == key.hex() else None
        except _NOT_OURS as error:
            raise self._foreign(place, error) from error

    def record(self, key: bytes) -> Record | None:
        """Return the whole record of the call with this key, None if it is not done."""
        place = self._index.find(key)
        record = None if place is None else self._record(place)
        return record if record is not None and record.key == key else None

    def put(self, record: Record) -> None:
        """Append a paid call. Synchronous, so nothing can come between a reply and its line.

        Raises DiskFullError if there is no space for it: nothing was written then, and the same
        call may be put again later. Raises StorageError if it cannot be written at all.
        """
        self._index.add(record.key, self._log.append(encode(record)))

    def note_failure(self, key: bytes, cell: Cell, failure: Failure, at: float) -> None:
        """Append to `failures.jsonl`, for people and for the report's causes.

        Raises nothing: a note that cannot be written is dropped and counted in `unnoted`.
        """
        if self._failures is not None:
            self._failures.note(key, cell, failure, at)

    @property
    def unnoted(self) -> int:
        """How many failures could not be noted."""
        return 0 if self._failures is None else self._failures.dropped

    def records(self) -> Iterator[Record]:
        """Yield every call that is done, in the order of the log."""
        for place in self._index.places():
            yield self._record(place)

    def _record(self, place: int) -> Record:
        try:
            return decode(self._log.read(place))
        except _NOT_OURS as error:
            raise self._foreign(place, error) from error

    def _foreign(self, place: int, error: Exception) -> StorageError:
        """Return the error for a line whose checksum fits and that no asynceval has written."""
        return StorageError(f"{self._log.where(place)}: no record of a call: {error!r}")

    def usage(self) -> dict[tuple[str, str], Usage]:
        """Return the tokens of all calls that are done, by kind ("answer", "judgment") and model.

        Where the server did not count a completion, half its bytes stand for its tokens.
        """
        totals: dict[tuple[str, str], list[int]] = {}
        for record in self.records():
            usage = record.reply.usage
            total = totals.setdefault((record.cell.kind, record.cell.asked), [0, 0])
            total[0] += usage.prompt_tokens or 0
            if usage.completion_tokens is None:
                total[1] += len(record.reply.text.encode()) // 2
            else:
                total[1] += usage.completion_tokens
        return {model: Usage(*total) for model, total in totals.items()}

    def sync(self) -> None:
        """Put what was appended on the disk; may be called from another thread."""
        self._log.sync()


def _lines(count: int) -> str:
    return f"{count} line{'s' if count > 1 else ''} stand{'' if count > 1 else 's'}"
