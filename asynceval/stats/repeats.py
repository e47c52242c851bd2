"""Repeats: does a judge say the same again about the same."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace

from asynceval.stats.bootstrap import bootstrap_share
from asynceval.stats.estimate import Estimate


def stability(repeats: Iterable[tuple[str, Sequence[Hashable]]]) -> Estimate | None:
    """Return the share of repeats that equal their item's most frequent verdict.

    Items are (question, verdicts of the same call in the same order); those with fewer than two are
    dropped and counted (Shi et al., arXiv:2406.07791). Two verdicts that differ count one half. The
    interval is a bootstrap over questions. None of nothing.
    """
    rows = tuple(repeats)
    kept = [(question, verdicts) for question, verdicts in rows if len(verdicts) > 1]
    found = bootstrap_share(
        (question, float(number < Counter(verdicts).most_common(1)[0][1]))
        for question, verdicts in kept
        for number in range(len(verdicts))
    )
    return None if found is None else replace(found, dropped=len(rows) - len(kept))
