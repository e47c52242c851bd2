"""Holm's correction: p-values that may be read together."""

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return the p-values corrected for their number, in the same order (Holm 1979).

    The k-th smallest of m is multiplied by m - k + 1, none is smaller than one before it, and none is
    above 1. Rejecting those below 0.05 makes one error or more in at most 5 % of such families.
    """
    corrected = [0.0] * len(p_values)
    least = 0.0
    for done, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        least = max(least, min(1.0, (len(p_values) - done) * p_values[place]))
        corrected[place] = least
    return tuple(corrected)
