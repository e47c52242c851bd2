"""Meters: how much of a limit a minute is used, over a window or in a bucket. The clock is passed in."""

from collections import deque
from dataclasses import dataclass
from math import floor

SPAN = 60.0
"""Seconds that a limit counts over."""
_GRAIN = 0.05
_RESIDUE = 1e-6


@dataclass(slots=True)
class _Slice:
    """What was taken between two instants less than `_GRAIN` seconds apart."""

    first: float
    last: float
    amount: int


class Window:
    """At most `limit` in any 60 s.

    Amounts taken close together are kept as one, which leaves the window as late as the last of
    them, so memory is bounded by the window (at most 1,200 slices) and not by the limit.
    """

    def __init__(self, limit: int) -> None:
        """Start empty."""
        self.limit = limit
        self._slices: deque[_Slice] = deque()
        self._used = 0

    def remaining(self, now: float) -> int:
        """Return how much can be taken now."""
        slices = self._slices
        while slices and slices[0].last + SPAN <= now:
            self._used -= slices.popleft().amount
        return self.limit - self._used

    def wait(self, amount: int, now: float) -> float:
        """Return the seconds until the amount fits, 0 if it does now; 60 if it never will."""
        lacking = amount - self.remaining(now)
        if lacking <= 0:
            return 0.0
        for each in self._slices:
            lacking -= each.amount
            if lacking <= 0:
                return each.last + SPAN - now
        return SPAN

    def take(self, amount: int, now: float) -> None:
        """Count an amount that was found to fit."""
        self._used += amount
        slices = self._slices
        if slices and now - slices[-1].first < _GRAIN:
            slices[-1].last = now
            slices[-1].amount += amount
        else:
            slices.append(_Slice(now, now, amount))

    def reset(self, now: float) -> float:
        """Return the seconds until the whole limit is free again."""
        return max(0.0, self._slices[-1].last + SPAN - now) if self._slices else 0.0


class Bucket:
    """A limit a minute that is given back continuously, and of which `burst` seconds' worth is kept.

    An amount larger than the bucket is admitted by a full one, which then is in debt.
    """

    def __init__(self, limit: int, burst: float) -> None:
        """Start full; a bucket holds 1 at least."""
        self.limit = limit
        self._rate = limit / SPAN
        self._capacity = max(1.0, self._rate * burst)
        self._level = self._capacity
        self._at: float | None = None

    def remaining(self, now: float) -> int:
        """Return how much can be taken now."""
        return max(0, floor(self._filled(now) + _RESIDUE))

    def wait(self, amount: int, now: float) -> float:
        """Return the seconds until the amount fits, 0 if it does now; 60 if it never will."""
        if amount > self.limit:
            return SPAN
        lacking = min(amount, self._capacity) - self._filled(now)
        return lacking / self._rate if lacking > _RESIDUE else 0.0

    def take(self, amount: int, now: float) -> None:
        """Count an amount that was found to fit."""
        self._level = self._filled(now) - amount
        self._at = now

    def reset(self, now: float) -> float:
        """Return the seconds until the bucket is full again."""
        return (self._capacity - self._filled(now)) / self._rate

    def _filled(self, now: float) -> float:
        elapsed = 0.0 if self._at is None else now - self._at
        return min(self._capacity, self._level + elapsed * self._rate)


Meter = Window | Bucket
