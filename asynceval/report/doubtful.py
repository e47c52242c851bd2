"""Doubtful attempts: those without a reply that the server may have charged for all the same.

They depend on what happened on the way, and those in flight when a run was killed left no trace. So
they are told to people, and are no part of the JSON report.
"""

from collections import Counter as Counts
from collections.abc import Iterable, Mapping
from pathlib import Path

import orjson

from asynceval.store.line import Record
from asynceval.store.plainfile import read_whole


def doubtful(records: Iterable[Record], folder: Path) -> Mapping[tuple[str, str], int]:
    """Return how many attempts are doubtful, by kind of cell and model, where there are any.

    They are counted for calls that have a reply in the end (`records`), and for those that were given
    up (`failures.jsonl`; a torn line counts for nothing).
    """
    counts = Counts[tuple[str, str]]()
    for record in records:
        if record.maybe_paid:
            counts[record.cell.kind, record.cell.asked] += record.maybe_paid
    for line in _lines(folder / "failures.jsonl"):
        try:
            entry = orjson.loads(line)
            judge, n = entry["judge"], entry.get("maybe_paid", 0)
            if type(n) is int and n > 0:
                who = ("answer", entry["target"]) if judge is None else ("judgment", judge)
                counts[who] += n
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return counts


def _lines(path: Path) -> list[bytes]:
    try:
        return read_whole(path).split(b"\n")
    except FileNotFoundError:
        return []
