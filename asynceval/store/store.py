"""The store: replies that were paid for, found by the key of their call."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import orjson

from asynceval.domain.cell import Cell
from asynceval.domain.errors import StorageError
from asynceval.domain.failure import Failure
from asynceval.domain.reply import Reply, Tokens
from asynceval.store.disk import REAL_DISK, Disk
from asynceval.store.failures import Failures
from asynceval.store.index import Index
from asynceval.store.ledger import Ledger, Lost, Model
from asynceval.store.line import Record, decode, decode_reply, encode
from asynceval.store.log import Damage, Found, Log

_NOT_OURS = (KeyError, TypeError, ValueError, AttributeError)


class Store:
    """The calls that are done. A failure is not among them, so the next run tries it again.

    `notices` are sentences for the user about what was found on opening: a torn tail that was cut,
    lines that stand twice. Damage anywhere else refuses to open: see `asynceval verify`.
    """

    def __init__(self, folder: Path, *, write: bool, disk: Disk = REAL_DISK) -> None:
        """Open the run directory's log. The caller holds the lock when it opens for writing."""
        self._index = Index()
        self._failures: Failures | None = None
        try:
            with ExitStack() as opened:
                self._log = Log(folder, write=write, disk=disk)
                opened.callback(self._log.close)
                self._ledger = Ledger(folder, write=write, disk=disk)
                opened.callback(self._ledger.close)
                if write:
                    self._failures = Failures(folder / "failures.jsonl", disk)
                    opened.callback(self._failures.close)
                self.notices = tuple(self._load(folder, write=write))
                self._opened = opened.pop_all()
        except OSError as error:
            place = error.filename or folder
            raise StorageError(f"{place}: cannot be opened: {error.strerror}") from error

    def _load(self, folder: Path, *, write: bool) -> Iterator[str]:
        if write:
            for cut in self._log.mend_tail():
                yield f"{_torn(cut)}; its call is made again"
            for cut in self._ledger.mend_tail():
                yield f"{_torn(cut)}; nothing was sent for it"
        for damage in self._ledger.damages():
            _tolerate(damage, folder)
        twice = differing = 0
        for item in self._log.scan():
            if isinstance(item, Found):
                if not self._index.add(item.key, item.place):
                    twice += 1
                    differing += not self._agree(item)
            else:
                _tolerate(item, folder)
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

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Sync and close the log."""
        with self._opened:
            self.sync()

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

    def note_sent(self, key: bytes, cell: Cell, worst: Tokens) -> None:
        """Note that a call is about to be sent, and the tokens that it takes at the worst.

        Raises as `put` does; nothing is to be sent then.
        """
        self._ledger.send(key, cell, worst)

    def note_unpaid(self, key: bytes, cell: Cell, worst: Tokens) -> None:
        """Note that what was sent cost nothing. Raises nothing: without that it counts as paid."""
        self._ledger.take_back(key, cell, worst)

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

    def lost(self) -> dict[Model, Lost]:
        """Return the attempts without a reply that may have been charged for, by model.

        Those of earlier runs are among them, also those that were in flight when a run was killed.
        """
        first = next(self.records(), None)
        if not self._ledger.lines or first is None:
            return self._ledger.lost(())
        if self._ledger.lines == len(self) and first.worst is not None:
            return {}  # each attempt had its reply
        return self._ledger.lost(self.records())

    def spent(self) -> dict[Model, Tokens]:
        """Return the tokens of all that was or may have been paid for, by model.

        What the server did not count is taken for the worst case. In a line from before there was
        a ledger half the bytes of a completion stand for its tokens.
        """
        totals = {
            model: Tokens(lost.prompt_tokens, lost.completion_tokens)
            for model, lost in self.lost().items()
        }
        for record in self.records():
            model = record.cell.kind, record.cell.asked
            before, more = totals.get(model, Tokens(0, 0)), _taken(record)
            totals[model] = Tokens(before.prompt + more.prompt, before.completion + more.completion)
        return totals

    def sync(self) -> None:
        """Put what was appended on the disk; may be called from another thread."""
        self._ledger.sync()
        self._log.sync()


def _taken(record: Record) -> Tokens:
    """Return the tokens of a reply, as the budget counts them."""
    usage, worst = record.reply.usage, record.worst
    prompt, completion = usage.prompt_tokens, usage.completion_tokens
    if prompt is None:
        prompt = 0 if worst is None else worst.prompt
    if completion is None:
        length = len(record.reply.text.encode())
        completion = length // 2 if worst is None else worst.completion
    return Tokens(prompt, completion)


def _torn(cut: Damage) -> str:
    return f"{cut.file}: cut a torn last line of {cut.length} bytes"


def _tolerate(damage: Damage, folder: Path) -> None:
    """Let a torn last line be, which another run may be writing now; refuse all other damage."""
    if not damage.is_tail:
        raise StorageError(f"{damage}. `asynceval verify {folder} --repair` keeps the rest")


def _lines(count: int) -> str:
    return f"{count} line{'s' if count > 1 else ''} stand{'' if count > 1 else 's'}"
