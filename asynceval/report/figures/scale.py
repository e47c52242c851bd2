"""A scale: from values to pixels, and the values worth a tick."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import floor, log10
from typing import Self

from asynceval.report.figures.palette import STEPS


@dataclass(frozen=True, slots=True)
class Axis:
    """A straight scale from `low` to `high`, drawn from pixel `start` to pixel `end`."""

    low: float
    high: float
    start: float
    end: float

    @classmethod
    def around(
        cls, values: Iterable[float], start: float, end: float, within: tuple[float, float] | None
    ) -> Self:
        """Return an axis with all values on it and a little room, but not beyond `within`."""
        known = tuple(values)
        low, high = (min(known), max(known)) if known else within or (0.0, 1.0)
        room = (high - low) * 0.06 or 0.5
        low, high = low - room, high + room
        if within is not None:
            low, high = max(low, within[0]), min(high, within[1])
        return cls(low, high, start, end) if low < high else cls(low - 0.5, low + 0.5, start, end)

    def at(self, value: float) -> float:
        """Return the pixel of a value; what lies outside is drawn at the edge."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self, most: int = 6) -> tuple[float, ...]:
        """Return round values on the axis: multiples of 1, 2 or 5 times a power of ten."""
        rough = (self.high - self.low) / most
        power: float = 10.0 ** floor(log10(rough))
        step = next(power * n for n in (1, 2, 5, 10) if power * n >= rough * 0.999)
        first = floor(self.low / step)
        marks = (step * (first + n) for n in range(2 * most + 4))
        return tuple(round(mark, 10) for mark in marks if self.low <= mark <= self.high)


def shade(value: float, low: float, high: float) -> int:
    """Return the number of the shade for a value between two ends."""
    share = (value - low) / (high - low) if high > low else 0.5
    return min(STEPS - 1, max(0, int(share * STEPS)))
