"""Quality: how far each judge can be relied on, as far as its verdicts tell."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from asynceval.domain.sweep import Judge
from asynceval.protocol.conversation import Plan
from asynceval.report.columns import Columns, Place
from asynceval.stats.estimate import Estimate
from asynceval.stats.mean import mean
from asynceval.stats.repeats import stability
from asynceval.stats.self_preference import self_preference
from asynceval.stats.verbosity import length_correlation, length_slope, longer_wins


class Item(NamedTuple):
    """What a judge gives a number to: an answer, or a pair of answers by the models in order of names."""

    place: Place
    first: str
    second: str | None


Verdicts = Mapping[Item, list[float]]
"""Scores, or outcomes for the first model, of each item: one for each repeat, in their order."""


@dataclass(frozen=True, slots=True)
class Quality:
    """What a judge's verdicts say of the judge; None where they do not tell.

    `stability` is the share of repeats that say what most of them say. `length_slope` are the points
    for each e-fold of length within a question, `length_correlation` the correlation with log length;
    `longer_wins` the share of verdicts for the longer answer of a pair. `self_preference` is how much
    more it gives its own family than others, beyond what the other judges of its mode give. What pools
    scores is None where categories have different scales.
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


def verdicts(plan: Plan, columns: Columns, judge: Judge) -> Verdicts:
    """Return all that a judge has a verdict on."""
    found: defaultdict[Item, list[tuple[int, float]]] = defaultdict(list)
    if judge.is_pairwise:
        for bout in columns.bouts(judge.name):
            if bout.outcome is not None:
                swap = bout.first > bout.second
                names = (bout.second, bout.first) if swap else (bout.first, bout.second)
                value = 1 - bout.outcome if swap else bout.outcome
                found[Item(bout.place, *names)].append((bout.repeat, value))
    else:
        for target in plan.sweep.targets:
            for grade in columns.grades(judge.name, target.name):
                item = Item(grade.place, target.name, None)
                found[item].append((grade.repeat, grade.value))
    return {item: [value for _, value in sorted(rows)] for item, rows in found.items()}


def _quality(plan: Plan, columns: Columns, judge: Judge, said: Mapping[str, Verdicts]) -> Quality:
    own = said[judge.name]
    can_pool = judge.is_pairwise or len(plan.scales()) <= 1
    lengths = list(_lengths(columns, own)) if can_pool and not judge.is_pairwise else []
    others = [
        said[each.name]
        for each in plan.sweep.judges
        if can_pool and each.name != judge.name and each.is_pairwise == judge.is_pairwise
    ]
    return Quality(
        judge.name,
        stability((item.place.question, rows) for item, rows in own.items())
        if judge.repeats > 1
        else None,
        length_slope(lengths),
        length_correlation(lengths),
        longer_wins(_pair_lengths(columns, own)) if judge.is_pairwise else None,
        self_preference(_beyond(plan, judge, own, others)),
    )


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


def _beyond(
    plan: Plan, judge: Judge, own: Verdicts, others: list[Verdicts]
) -> Iterator[tuple[str, bool, float, float]]:
    """Yield (question, of its family, the judge's value, the other judges' mean) for each model."""
    is_own = {t.name: plan.sweep.is_own(judge, t.name) for t in plan.sweep.targets}
    for item, rows in own.items():
        rest = mean(value for each in others for value in each.get(item, ()))
        its = mean(rows)
        if rest is None or its is None:
            continue
        yield item.place.question, is_own[item.first], its, rest
        if item.second is not None:
            yield item.place.question, is_own[item.second], 1 - its, 1 - rest
