"""Two lists of scores as two models that are compared."""

from asynceval.stats.flips import ROUNDS
from asynceval.stats.paired import Paired, comparisons
from asynceval.stats.spots import Scores


def paired(first: Scores, second: Scores, rounds: int = ROUNDS) -> Paired | None:
    """Return how the first compares with the second; None without a spot in common."""
    found = comparisons({"first": first, "second": second}, rounds=rounds)
    return found[0].paired if found else None
