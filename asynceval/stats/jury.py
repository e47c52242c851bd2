"""Juries: several judges as one (Verga et al. 2024, arXiv:2404.18796)."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from math import fsum
from typing import TypeVar

from asynceval.stats.correlation import spearman

_Cell = TypeVar("_Cell", bound=Hashable)
_Verdict = TypeVar("_Verdict", bound=Hashable)


def jury_verdict(verdicts: Sequence[_Verdict], tie: _Verdict) -> _Verdict | None:
    """Return what more than half of the judges say, else a tie; None without a judge."""
    if not verdicts:
        return None
    winner, most = Counter(verdicts).most_common(1)[0]
    return winner if 2 * most > len(verdicts) else tie


def jury_score(scores: Sequence[float]) -> float | None:
    """Return the mean of the judges' scores; None without a judge."""
    return fsum(scores) / len(scores) if scores else None


def agreement_with_rest(scores: Mapping[str, Mapping[_Cell, float]]) -> dict[str, float | None]:
    """Return each judge's Spearman correlation with the mean of the other judges, on cells both have."""
    found = {}
    for judge, own in scores.items():
        others = [rows for name, rows in scores.items() if name != judge]
        rest = {cell: jury_score([rows[cell] for rows in others if cell in rows]) for cell in own}
        pairs = [(own[cell], mean) for cell, mean in rest.items() if mean is not None]
        found[judge] = spearman([one for one, _ in pairs], [other for _, other in pairs])
    return found
