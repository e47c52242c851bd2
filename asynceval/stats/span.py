"""A span: what is expected, with an interval that is low or high in all its parts at once."""

from dataclasses import dataclass
from math import inf, sqrt

from asynceval.stats.student import t_quantile


@dataclass(frozen=True, slots=True)
class Span:
    """A quantity that is not known yet.

    Spans add end to end, as if all parts were low or high together. So a sum of intervals of 90 %
    holds at least as often as each of them does, and mostly more often.
    """

    low: float = 0.0
    mid: float = 0.0
    high: float = 0.0

    def __add__(self, other: "Span") -> "Span":
        """Return the sum of two quantities."""
        return Span(self.low + other.low, self.mid + other.mid, self.high + other.high)

    def __mul__(self, other: "Span | float") -> "Span":
        """Return the product with a number, or with another quantity; neither is negative."""
        if isinstance(other, Span):
            return Span(self.low * other.low, self.mid * other.mid, self.high * other.high)
        return Span(self.low * other, self.mid * other, self.high * other)

    def capped(self, most: float | None) -> "Span":
        """Return the span without what lies above `most`."""
        top = inf if most is None else most
        return Span(min(self.low, top), min(self.mid, top), min(self.high, top))


@dataclass(slots=True)
class Sample:
    """Values seen so far, as their count, sum and sum of squares."""

    count: int = 0
    total: float = 0.0
    squares: float = 0.0

    def add(self, value: float) -> None:
        """Take one more value in."""
        self.count += 1
        self.total += value
        self.squares += value * value

    @property
    def mean(self) -> float:
        """The mean; there must be a value."""
        return self.total / self.count

    def one(self) -> Span:
        """Return what one more value may be: Student's t times the spread. Two values at least."""
        return self._around(1.0)

    def mean_of(self, more: int) -> Span:
        """Return what the mean of so many more values of the same kind may be. Two values at least."""
        return self._around(sqrt(1 / self.count + 1 / more))

    def _around(self, share: float) -> Span:
        mean, freedom = self.mean, self.count - 1
        variance = max(0.0, self.squares - self.count * mean * mean) / freedom
        reach = t_quantile(freedom) * sqrt(variance) * share
        return Span(max(0.0, mean - reach), mean, mean + reach)
