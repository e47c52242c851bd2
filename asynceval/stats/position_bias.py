"""Position bias: does a judge prefer an answer for where it stands."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from asynceval.stats.outcomes import Screen
from asynceval.stats.proportion import sign_test


@dataclass(frozen=True, slots=True)
class PositionBias:
    """How many pairs fall into each class, by the places of the winners in the two games.

    consistent (A, B), (B, A), (tie, tie); first (A, A); second (B, B); half_tie_first (A, tie), (tie, A);
    half_tie_second (B, tie), (tie, B); error: a game without a verdict (MT-Bench, arXiv:2306.05685,
    table 2, with half-ties apart, since the paper does not say where it counts them).
    """

    consistent: int = 0
    first: int = 0
    second: int = 0
    half_tie_first: int = 0
    half_tie_second: int = 0
    error: int = 0

    @property
    def n(self) -> int:
        """How many pairs there are, errors included: the denominator of every share."""
        whole = self.consistent + self.first + self.second + self.error
        return whole + self.half_tie_first + self.half_tie_second

    @property
    def consistency(self) -> float | None:
        """The share of pairs with the same verdict after the swap; None of nothing."""
        return self.consistent / self.n if self.n else None

    @property
    def preference(self) -> float | None:
        """(first - second) / (first + second), from -1 to 1 (Shi et al., arXiv:2406.07791); strict."""
        both = self.first + self.second
        return (self.first - self.second) / both if both else None

    @property
    def p(self) -> float | None:
        """How likely such a preference is if neither place is preferred: the sign test."""
        return sign_test(self.first, self.second)


def position_bias(pairs: Iterable[tuple[Screen | None, Screen | None]]) -> PositionBias:
    """Count the classes of pairs, each the verdicts of its two games as shown; None has no verdict."""
    counts = Counter(_class(one, other) for one, other in pairs)
    return PositionBias(**counts)


def _class(one: Screen | None, other: Screen | None) -> str:
    match (one, other):
        case (None, _) | (_, None):
            return "error"
        case ("A", "B") | ("B", "A") | ("tie", "tie"):
            return "consistent"
        case ("A", "A"):
            return "first"
        case ("B", "B"):
            return "second"
        case ("A", _) | (_, "A"):
            return "half_tie_first"
        case _:
            return "half_tie_second"
