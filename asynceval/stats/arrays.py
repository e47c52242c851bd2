"""Arrays: what the statistics compute with, and labels as numbers."""

from collections.abc import Hashable, Iterable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.intp]
Bools: TypeAlias = NDArray[np.bool_]


def numbered(labels: Iterable[Hashable]) -> tuple[Ints, int]:
    """Return a number for each label, from 0 in the order of first appearance, and how many there are."""
    seen: dict[Hashable, int] = {}
    numbers = [seen.setdefault(label, len(seen)) for label in labels]
    return np.array(numbers, dtype=np.intp), len(seen)


def columns(pairs: Iterable[tuple[Hashable, float]]) -> tuple[Ints, int, Floats]:
    """Return the numbers of the labels, how many labels there are, and the values of (label, value) pairs."""
    rows = tuple(pairs)
    numbers, count = numbered(label for label, _ in rows)
    return numbers, count, np.array([value for _, value in rows], dtype=np.float64)


def sums(numbers: Ints, values: Floats, count: int) -> Floats:
    """Return the sum of the values of each number below `count`; values are (n,) or (n, k)."""
    if values.ndim == 1:
        return np.asarray(np.bincount(numbers, values, minlength=count), dtype=np.float64)
    return np.stack([sums(numbers, column, count) for column in values.T], axis=1)
