"""Quality: how far each judge can be relied on, as far as its verdicts tell."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from asynceval.domain.sweep import Judge
from asynceval.protocol.conversation import Plan
from asynceval.report.columns import Columns, Place
from asynceval.report.favour import self_favour
from asynceval.report.items import Verdicts, repeats_itself, verdicts
from asynceval.stats.estimate import Estimate
from asynceval.stats.outcomes import Screen
from asynceval.stats.repeats import stability
from asynceval.stats.verbosity import length_correlation, length_slope, longer_wins


@dataclass(frozen=True, slots=True)
class Quality:
    """What a judge's verdicts say of the judge; None where they do not tell.

    `stability` is the share of repeats that say what most of them say, None of weighed grades. `length_slope` are the points
    for each e-fold of length within a question, `length_correlation` the correlation with log length;
    `longer_wins` the share of verdicts for the longer answer of a pair. `self_preference` is what its own
    family gains by it, beyond what others do (asynceval/report/favour.py). What pools scores is None
    where categories have different scales.
    """

    judge: str
    stability: Estimate | None
    length_slope: Estimate | None
    length_correlation: float | None
    longer_wins: Estimate | None
    self_preference: Estimate | None


def qualities(plan: Plan, columns: Columns) -> tuple[Quality, ...]:
    """Return the quality of each judge, in the order of the sweep."""
    said = {judge.name: verdicts(plan, columns, judge) for judge in plan.sweep.judges}
    return tuple(_quality(plan, columns, judge, said) for judge in plan.sweep.judges)


def _quality(plan: Plan, columns: Columns, judge: Judge, said: Mapping[str, Verdicts]) -> Quality:
    own = said[judge.name]
    can_pool = judge.is_pairwise or len(plan.scales()) <= 1
    lengths = list(_lengths(columns, own)) if can_pool and not judge.is_pairwise else []
    return Quality(
        judge.name,
        stability(_repeats(columns, judge, own))
        if judge.repeats > 1 and repeats_itself(judge)
        else None,
        length_slope(lengths),
        length_correlation(lengths),
        longer_wins(_pair_lengths(columns, own)) if judge.is_pairwise else None,
        self_favour(plan, judge, said) if can_pool else None,
    )


def _repeats(
    columns: Columns, judge: Judge, own: Verdicts
) -> Iterable[tuple[str, Sequence[Screen | float]]]:
    """Yield what was said again and again of an answer, or of a pair in one order, as shown."""
    if not judge.is_pairwise:
        yield from ((item.place.question, rows) for item, rows in own.items())
        return
    games: defaultdict[tuple[Place, str, str, int], list[Screen]] = defaultdict(list)
    for bout in columns.bouts(judge.name):
        for order, verdict in enumerate(bout.verdicts):
            if verdict is not None:
                games[bout.place, bout.first, bout.second, order].append(verdict)
    yield from ((place.question, said) for (place, *_), said in games.items())


def _lengths(columns: Columns, own: Verdicts) -> Iterator[tuple[str, float, int]]:
    """Yield question, score and characters; no characters, which drops it, where the answer is unknown."""
    for item, rows in own.items():
        size = columns.characters(item.first, item.place) or 0
        yield from ((item.place.question, value, size) for value in rows)


def _pair_lengths(columns: Columns, own: Verdicts) -> Iterator[tuple[str, float, int, int]]:
    for item, rows in own.items():
        one = columns.characters(item.first, item.place)
        other = columns.characters(item.second or "", item.place)
        sizes = (0, 0) if one is None or other is None else (one, other)
        yield from ((item.place.question, value, *sizes) for value in rows)
