"""Timing: how long the calls of each model took, and how many of them were answered in that time."""

from array import array
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from asynceval.protocol.conversation import Plan
from asynceval.store.line import Record


@dataclass(frozen=True, slots=True)
class Timing:
    """The calls of one model, in seconds; None where nothing was measured.

    `seconds` is the sum of what each of the `calls` took from sending to its last byte, `median` and
    `slowest` are the median of that and the time that 95 % stay below. `waited` is the sum of what
    calls waited to be sent: for a place, a rate limit, an endpoint, or after a failed attempt.
    `attempts` counts requests. `first` is from the first asking of the run to the model's first reply,
    `busy` the time in which a call of it was open, and `per_minute` how many were answered in a minute
    of that. Pauses between runs are no part of `busy`.
    """

    kind: str
    model: str
    calls: int
    attempts: int
    seconds: float
    median: float
    slowest: float
    waited: float
    first: float
    busy: float
    per_minute: float | None


def timings(plan: Plan, records: Iterable[Record]) -> tuple[Timing, ...]:
    """Return the timing of each model of the plan that was asked, by kind and name.

    All calls in the log count, also those that a later plan does not ask for.
    """
    sweep = plan.sweep
    names = {("answer", its.name) for its in sweep.asked if not sweep.is_imported(its)}
    names |= {("judgment", its.name) for its in sweep.judges if not sweep.is_imported(its)}
    calls: defaultdict[tuple[str, str], _Calls] = defaultdict(_Calls)
    began = None
    for record in records:
        who = record.cell.kind, record.cell.asked
        if who in names:
            calls[who].add(record)
            asked = record.at - record.waited
            began = asked if began is None else min(began, asked)
    return tuple(its.timing(*who, began or 0.0) for who, its in sorted(calls.items()))


class _Calls:
    """The calls of one model in columns: 16 bytes each."""

    def __init__(self) -> None:
        self._at = array("d")
        self._sent = array("d")
        self._waited = 0.0
        self._attempts = 0

    def add(self, record: Record) -> None:
        self._at.append(record.at)
        self._sent.append(record.sent)
        self._waited += record.waited
        self._attempts += record.attempts

    def timing(self, kind: str, model: str, began: float) -> Timing:
        n, sent = len(self._sent), sorted(self._sent)
        busy = _busy(sorted(zip(self._at, self._sent, strict=True)))
        first = min(at + took for at, took in zip(self._at, self._sent, strict=True))
        return Timing(
            kind,
            model,
            n,
            self._attempts,
            sum(sent),
            (sent[(n - 1) // 2] + sent[n // 2]) / 2,
            sent[ceil(0.95 * n) - 1],
            self._waited,
            first - began,
            busy,
            60 * n / busy if busy else None,
        )


def _busy(calls: Iterable[tuple[float, float]]) -> float:
    """Return how long at least one of the calls, sorted by their start, was open."""
    total, end = 0.0, float("-inf")
    for at, took in calls:
        total += max(0.0, at + took - max(at, end))
        end = max(end, at + took)
    return total
