"""Krippendorff's alpha: agreement beyond chance of any number of raters, with gaps."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Literal

import numpy as np

from asynceval.stats.arrays import Floats

Level = Literal["nominal", "ordinal", "interval"]


def alpha(
    items: Iterable[Sequence[Hashable]], level: Level, order: Sequence[Hashable] | None = None
) -> float | None:
    """Return alpha of items, each with the ratings that it has (Krippendorff 2011).

    1 - D_o / D_e over coincidences: each pair of ratings of an item with m counts 1 / (m - 1). Items
    with one rating say nothing. `order` names all values from the lowest, as for loss, tie, win; else
    they are sorted. Distances are 0 or 1 (nominal), by how many ratings lie between (ordinal), or of
    numbers (interval; the values must be numbers). None if nothing can be compared or all ratings are
    the same one.
    """
    rated = [tuple(item) for item in items]
    rated = [item for item in rated if len(item) > 1]
    if order is None:
        # Sorted where it matters; for nominal values any order does.
        seen = dict.fromkeys(rating for item in rated for rating in item)
        order = list(seen) if level == "nominal" else sorted(seen)  # type: ignore[type-var]
    place = {value: number for number, value in enumerate(order)}
    together = np.zeros((len(order), len(order)))
    for item in rated:
        counts = np.bincount([place[rating] for rating in item], minlength=len(order))
        together += (np.outer(counts, counts) - np.diag(counts)) / (len(item) - 1)
    totals = together.sum(axis=0)
    distances = _distances(totals, order, level)
    expected = float(totals @ distances @ totals)
    if not expected:
        return None
    observed = float((together * distances).sum())
    return 1 - (float(totals.sum()) - 1) * observed / expected


def _distances(totals: Floats, order: Sequence[Hashable], level: Level) -> Floats:
    """Return the squared distance of each value from each other."""
    if level == "nominal":
        return 1 - np.eye(len(order))
    # In ranks, half of a value's own ratings lie below it.
    ranks = totals.cumsum() - totals / 2
    at = np.array(order, dtype=np.float64) if level == "interval" else ranks
    return np.asarray((at[:, None] - at) ** 2)
