"""The ledger: the `ledger-*.jsonl` files of a run directory, a line for each attempt before it is sent.

Another line takes an attempt back if it cost nothing for certain. Whatever has neither that nor a reply
in the log may have been charged for, however the run ended: that is all the bookkeeping there is.
"""

from binascii import hexlify
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from asynceval.domain.cell import Cell
from asynceval.domain.errors import StorageError
from asynceval.domain.reply import Tokens
from asynceval.store.disk import Disk
from asynceval.store.line import Record, sealed
from asynceval.store.log import Damage, Found, Log

Model = tuple[str, str]
"""The kind of cell ("answer" or "judgment") and the model that is asked."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Attempts without a reply that may have been charged for: how many, and tokens at the worst."""

    attempts: int
    prompt_tokens: int
    completion_tokens: int


class Ledger:
    """Appends attempts, and adds up those that have come to nothing.

    `lines` counts all lines: as long as every attempt had its reply, it is the number of replies.
    """

    def __init__(self, folder: Path, *, write: bool, disk: Disk) -> None:
        """Open the files; with `write`, create the one to append to. StorageError if that fails."""
        self._log = Log(folder, "ledger", write=write, disk=disk)
        # By model: what its lines say of it.
        self._told: dict[Model, bytes] = {}
        self.lines = 0

    def mend_tail(self) -> tuple[Damage, ...]:
        """Cut a torn last line, and return what was cut. Nothing had been sent for it."""
        return self._log.mend_tail()

    def damages(self) -> Iterator[Damage]:
        """Yield every damaged stretch, and count the intact lines."""
        self.lines = 0
        for item in self._log.scan():
            if isinstance(item, Damage):
                yield item
            else:
                self.lines += 1

    def send(self, key: bytes, cell: Cell, worst: Tokens) -> None:
        """Note that an attempt is about to be sent, and what it may take at the worst.

        Raises DiskFullError if there is no space for the line, and StorageError: nothing is to be
        sent then.
        """
        self._append(key, cell, worst, attempts=1)

    def take_back(self, key: bytes, cell: Cell, worst: Tokens) -> None:
        """Note that an attempt cost nothing. If that cannot be written, it counts as paid."""
        try:
            self._append(key, cell, worst, attempts=-1)
        except StorageError:
            return

    def lost(self, replies: Iterable[Record]) -> dict[Model, Lost]:
        """Return what has neither a reply nor was taken back, by model; `replies` are all there are.

        A reply from before there was a ledger settles nothing in it.
        """
        sums: dict[Model, list[int]] = {}
        for model, amounts in self._amounts():
            _add(sums, model, amounts)
        for reply in replies:
            if reply.worst is not None:
                worst = reply.worst
                amounts = (-1, -worst.prompt, -worst.completion)
                _add(sums, (reply.cell.kind, reply.cell.asked), amounts)
        return {
            model: Lost(total[0], max(0, total[1]), max(0, total[2]))
            for model, total in sums.items()
            if total[0] > 0
        }

    def sync(self) -> None:
        """Put what was appended on the disk; may be called from another thread."""
        self._log.sync()

    def close(self) -> None:
        """Close the files."""
        self._log.close()

    def _append(self, key: bytes, cell: Cell, worst: Tokens, attempts: int) -> None:
        kind, model = cell.kind, cell.asked
        told = self._told.get((kind, model))
        if told is None:
            told = orjson.dumps({"kind": kind, "model": model})[1:-1]
            self._told[kind, model] = told
        # JSON put together from its parts: this comes before every request.
        self._log.append(
            sealed(
                b'{"key":"%b",%b,"attempts":%d,"prompt_tokens":%d,"completion_tokens":%d}'
                % (hexlify(key), told, attempts, *worst)
            )
        )
        self.lines += 1

    def _amounts(self) -> Iterator[tuple[Model, tuple[int, int, int]]]:
        for item in self._log.scan():
            if not isinstance(item, Found):
                continue
            try:
                line = orjson.loads(self._log.read(item.place))
                n = int(line["attempts"])
                prompt, completion = int(line["prompt_tokens"]), int(line["completion_tokens"])
                yield (str(line["kind"]), str(line["model"])), (n, n * prompt, n * completion)
            except (KeyError, TypeError, ValueError) as error:
                place = self._log.where(item.place)
                raise StorageError(f"{place}: no record of an attempt: {error!r}") from error


def _add(sums: dict[Model, list[int]], model: Model, amounts: tuple[int, int, int]) -> None:
    total = sums.setdefault(model, [0, 0, 0])
    for position, amount in enumerate(amounts):
        total[position] += amount
