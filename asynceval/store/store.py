"""The store: replies that were paid for, found by the key of their call."""

import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Self

import orjson

from asynceval.domain.cell import Cell
from asynceval.domain.errors import StorageError
from asynceval.domain.failure import Failure
from asynceval.domain.reply import Reply, Usage
from asynceval.store.index import Index
from asynceval.store.line import Record, decode, decode_reply, encode
from asynceval.store.log import Found, Log


class Store:
    """The calls that are done. A failure is not among them, so the next run tries it again.

    `notices` are sentences for the user about what was found on opening: a torn tail that was cut,
    lines that stand twice. Damage anywhere else refuses to open: see `asynceval verify`.
    """

    def __init__(self, folder: Path, *, write: bool) -> None:
        """Open the run directory's log. The caller holds the lock when it opens for writing."""
        self._failures = folder / "failures.jsonl"
        self._log = Log(folder, write=write)
        self._index = Index()
        self.notices: tuple[str, ...] = ()
        try:
            self._load(folder, write=write)
            if write:
                _end_last_line(self._failures)
        except OSError as error:
            self._log.close()
            place = error.filename or folder
            raise StorageError(f"{place}: cannot be opened: {error.strerror}") from error
        except BaseException:
            self._log.close()
            raise

    def _load(self, folder: Path, *, write: bool) -> None:
        notices = []
        if write:
            notices = [
                f"{cut.file}: cut a torn last line of {cut.length} bytes; its call is made again"
                for cut in self._log.mend_tail()
            ]
        twice = 0
        for item in self._log.scan():
            if isinstance(item, Found):
                twice += not self._index.add(item.key, item.place)
            elif not item.is_tail:
                raise StorageError(f"{item}. `asynceval verify {folder} --repair` keeps the rest")
        if twice:
            notices.append(f"{folder}: {twice} lines stand twice in the log; the first one counts")
        self.notices = tuple(notices)

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Sync and close the log."""
        try:
            self._log.sync()
        finally:
            self._log.close()

    def __len__(self) -> int:
        """Return the number of calls that are done."""
        return len(self._index)

    def get(self, key: bytes) -> Reply | None:
        """Return the reply to the call with this key, None if it is not done."""
        place = self._index.find(key)
        if place is None:
            return None
        content = orjson.loads(self._log.read(place))
        return decode_reply(content) if content["key"] == key.hex() else None

    def put(self, record: Record) -> None:
        """Append a paid call. Synchronous, so nothing can come between a reply and its line."""
        self._index.add(record.key, self._log.append(encode(record)))

    def note_failure(self, key: bytes, cell: Cell, failure: Failure, at: float) -> None:
        """Append to `failures.jsonl`, for people and for the report's causes."""
        line = orjson.dumps(
            {"key": key.hex(), **asdict(cell), **asdict(failure), "at": round(at, 3)}
        )
        try:
            with self._failures.open("ab") as file:
                file.write(line + b"\n")
        except OSError as error:
            raise StorageError(f"{self._failures}: cannot be written: {error.strerror}") from error

    def records(self) -> Iterator[Record]:
        """Yield every call that is done, in the order of the log."""
        for place in self._index.places():
            yield decode(self._log.read(place))

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


def _end_last_line(path: Path) -> None:
    """End a last line that a full disk has torn, so that it does not spoil the next one."""
    try:
        with path.open("rb+", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            if size and os.pread(file.fileno(), 1, size - 1) != b"\n":
                file.write(b"\n")
    except FileNotFoundError:
        return
