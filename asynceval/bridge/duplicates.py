"""Duplicates: rows of one file about the same thing, and which of them count."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import orjson

from asynceval.bridge.rows import Row
from asynceval.store.index import Index

REPLACED = "replaced by a later row for the same cell: kept for export only"
COPY = "a copy of a later row: kept for export only"
REPEAT = "judged again on the same prompt: counted as a repeat, as in FastChat's means"

Rows = Callable[[], Iterator[tuple[int, Row]]]
"""Yields the usable rows of a file with their lines, from its beginning, each time it is called."""


_Made = tuple[int, bytes | None, float]
"""The line of a row, the hash of the prompt that it answers, and when it was made."""


class Duplicates:
    """Which rows of a file stand for the same cells: the last one counts, with the repeats of it.

    A repeat is a row whose judge was shown the same prompt at another time. Only the rows that have
    a duplicate are held in memory, without their texts.
    """

    def __init__(self, rows: Rows) -> None:
        """Read the file once, and once more if it has duplicates."""
        seen = Index()
        twice: dict[bytes, list[_Made]] = {}
        for line, row in rows():
            place = _digest(row.place)
            if not seen.add(place, line):
                twice.setdefault(place, [])
        if twice:
            for line, row in rows():
                found = twice.get(_digest(row.place))
                if found is not None:
                    found.append((line, _prompt(row), row.at))
        self._fates: dict[int, _Fate] = {}
        for found in twice.values():
            self._fates.update(_settled(found))

    def repeat(self, line: int) -> int:
        """Return which repeat the row on this line is, 0 for the first and for most rows."""
        return self._fates.get(line, _ORDINARY).repeat

    def is_lost(self, line: int) -> bool:
        """Whether the row on this line does not count."""
        return self._fates.get(line, _ORDINARY).is_lost

    def note(self, line: int) -> str | None:
        """Return in words what became of the row on this line; None if it is as any other."""
        return self._fates.get(line, _ORDINARY).note


@dataclass(frozen=True, slots=True)
class _Fate:
    note: str | None = None
    repeat: int = 0
    is_lost: bool = False


_ORDINARY: Final = _Fate()


def _settled(rows: list[_Made]) -> Iterator[tuple[int, _Fate]]:
    """Yield what becomes of each of some rows for the same cells."""
    newest, prompt, _ = rows[-1]
    last = {at: line for line, its, at in rows if its == prompt}
    repeat = 0
    for line, its, at in rows:
        if its != prompt or (prompt is None and line != newest):
            yield line, _Fate(REPLACED, is_lost=True)
        elif last[at] != line:
            yield line, _Fate(COPY, is_lost=True)
        else:
            yield line, _Fate(REPEAT if repeat else None, repeat)
            repeat += 1


def _prompt(row: Row) -> bytes | None:
    return None if row.prompt is None else _digest(row.prompt)


def _digest(content: object) -> bytes:
    return sha256(orjson.dumps(content)).digest()[:16]
