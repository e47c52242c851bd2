"""Kappa: agreement beyond what chance alone would give."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from math import fsum
from typing import Literal, TypeVar

Weights = Literal["linear", "quadratic"]
_T = TypeVar("_T", bound=Hashable)


def cohen(ratings: Iterable[tuple[Hashable, Hashable]]) -> float | None:
    """Return Cohen's kappa of two raters, from (one's rating, the other's) pairs (Cohen 1960).

    (p_o - p_e) / (1 - p_e), with the agreement p_e expected from the raters' own shares. None of
    nothing, or where p_e is 1: both always say the same one thing.
    """
    rows = tuple(ratings)
    return _kappa(rows, lambda one, other: float(one != other))


def weighted(ratings: Iterable[tuple[float, float]], weights: Weights) -> float | None:
    """Return Cohen's weighted kappa of two raters' numbers (Cohen 1968).

    1 - observed / expected disagreement, which grows with the distance or with its square.
    """
    power = 1 if weights == "linear" else 2
    return _kappa(tuple(ratings), lambda one, other: abs(one - other) ** power)


def fleiss(items: Iterable[Sequence[Hashable]]) -> float | None:
    """Return Fleiss' kappa of items that were rated equally often (Fleiss 1971).

    Who gave which rating does not matter. None of nothing, for one rating an item, or where all ratings
    are the same one. Raises ValueError for unequal numbers: Krippendorff's alpha allows them.
    """
    counts = [Counter(item) for item in items]
    numbers = {count.total() for count in counts}
    if len(numbers) > 1:
        raise ValueError(
            "Fleiss' kappa needs equally many ratings of each item; Krippendorff's alpha does not"
        )
    if not numbers or (n := numbers.pop()) < 2:
        return None
    agreed = fsum((sum(k * k for k in each.values()) - n) / (n * (n - 1)) for each in counts)
    whole = sum(counts, Counter[Hashable]())
    by_chance = fsum((k / (n * len(counts))) ** 2 for k in whole.values())
    # All the same: the shares are exactly one.
    return None if len(whole) == 1 else (agreed / len(counts) - by_chance) / (1 - by_chance)


def _kappa(rows: Sequence[tuple[_T, _T]], distance: Callable[[_T, _T], float]) -> float | None:
    """Return 1 - observed / expected distance; with distances of 0 and 1 it is (p_o - p_e) / (1 - p_e)."""
    ones, others = Counter(one for one, _ in rows), Counter(other for _, other in rows)
    expected = fsum(
        k * m * distance(one, other) for one, k in ones.items() for other, m in others.items()
    )
    observed = fsum(distance(one, other) for one, other in rows)
    return 1 - len(rows) * observed / expected if expected else None
