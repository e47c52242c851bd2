"""Contrast: how far two models lie apart as one judge sees them, question by question."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean
from typing import Literal

from asynceval.domain.sweep import Judge
from asynceval.report.columns import Columns, Place
from asynceval.report.ranks import rounds
from asynceval.stats.outcomes import Tally, score_outcome, tally
from asynceval.stats.paired import Means, Paired, comparisons, item_means, paired
from asynceval.stats.power import minimum_detectable, questions_needed

Unit = Literal["points", "win rate"]
_Values = list[tuple[Place, int, float]]
"""What a model got: at which place, in which repeat, and how much."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """How much higher `first` scores than `second`, in points or in win rate.

    The difference is paired by question, over the places that both have. `p_corrected` is Holm's over all pairs of the judge's models,
    None where one pair alone was asked for. `record` counts the wins of `first`: of its pairs with
    `second`, or else answer by answer by the higher score or outcome. `detectable` is the least true
    difference that as many questions find in four of five cases, `needed` how many questions find one
    as large as this in four of five; None where undefined.
    """

    judge: str
    first: str
    second: str
    unit: Unit
    paired: Paired
    p_corrected: float | None
    record: Tally
    detectable: float | None
    needed: int | None


class Ground:
    """What one judge made of all models, in one category or in all: the ground that they meet on.

    `models` have a verdict by the judge. A pairwise judge's outcomes are those against all that it
    compares a model with; a baseline is compared with each other model on their own pairs alone.
    """

    def __init__(
        self, columns: Columns, judge: Judge, models: Sequence[str], category: str | None = None
    ) -> None:
        """Gather what the judge made of these models."""
        self.judge = judge
        self._met: defaultdict[frozenset[str], list[tuple[Place, int, str, float]]] = defaultdict(
            list
        )
        values: Mapping[str, _Values] = {model: [] for model in models}
        if judge.is_pairwise:
            for bout in columns.bouts(judge.name):
                if bout.outcome is None or category not in (None, bout.place.category):
                    continue
                values[bout.first].append((bout.place, bout.repeat, bout.outcome))
                values[bout.second].append((bout.place, bout.repeat, 1 - bout.outcome))
                pair = frozenset((bout.first, bout.second))
                self._met[pair].append((bout.place, bout.repeat, bout.first, bout.outcome))
        else:
            for model, rows in values.items():
                rows += [
                    (grade.place, grade.repeat, grade.value)
                    for grade in columns.grades(judge.name, model)
                    if category in (None, grade.place.category)
                ]
        self._values = {model: rows for model, rows in values.items() if rows}

    @property
    def models(self) -> tuple[str, ...]:
        """The models that the judge has a verdict on, in the order given."""
        return tuple(self._values)

    def scores(self, model: str) -> list[tuple[str, float]]:
        """Return a model's scores or outcomes as (question, value) pairs."""
        return [(place.question, value) for place, _, value in self._values.get(model, ())]

    def contrast(self, first: str, second: str) -> Contrast | None:
        """Return the contrast of two models; None without a question that both have."""
        ((_, _, *got),) = self._couples([(first, second)])
        found = paired(*got)
        return None if found is None else self._contrast(first, second, found, None)

    def contrasts(self) -> tuple[Contrast, ...]:
        """Return the contrasts of all pairs of models, the surest and largest first.

        The first of a pair is the one with the higher mean.
        """
        means = {model: fmean(value for _, value in self.scores(model)) for model in self.models}
        ordered = sorted(means, key=lambda model: -means[model])
        couples = self._couples(combinations(ordered, 2))
        found = (
            self._contrast(each.first, each.second, each.paired, each.p_corrected)
            for each in comparisons(couples, rounds=rounds(len(ordered)))
        )
        return tuple(sorted(found, key=_order))

    def _couples(self, pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str, Means, Means]]:
        """Yield two models with what each got: of a baseline and another, from their own pairs alone."""
        got = {model: _means(rows) for model, rows in self._values.items()}
        for first, second in pairs:
            if self.judge.baseline in (first, second):
                between = self._between(first, second)
                turned = [(place, repeat, 1 - value) for place, repeat, value in between]
                yield first, second, _means(between), _means(turned)
            else:
                yield first, second, got.get(first, {}), got.get(second, {})

    def _contrast(
        self, first: str, second: str, found: Paired, p_corrected: float | None
    ) -> Contrast:
        gap, variance = found.difference, found.variance
        return Contrast(
            self.judge.name,
            first,
            second,
            "win rate" if self.judge.is_pairwise else "points",
            found,
            p_corrected,
            self._record(first, second),
            None if not variance else minimum_detectable(variance, gap.n),
            None if not variance else questions_needed(variance, gap.value),
        )

    def _between(self, first: str, second: str) -> _Values:
        """Return the outcomes for the first of the pairs that both play together."""
        met = self._met.get(frozenset((first, second)), ())
        return [(p, n, value if shown == first else 1 - value) for p, n, shown, value in met]

    def _record(self, first: str, second: str) -> Tally:
        if between := self._between(first, second):
            return tally(value for _, _, value in between)
        others: defaultdict[tuple[Place, int], list[float]] = defaultdict(list)
        for place, repeat, value in self._values[second]:
            others[place, repeat].append(value)
        return tally(
            score_outcome(value, other)
            for place, repeat, value in self._values[first]
            for other in others.get((place, repeat), ())
        )


def _means(rows: _Values) -> Means:
    return item_means(
        (place.question, (place.turn, place.choice), value) for place, _, value in rows
    )


def _order(contrast: Contrast) -> tuple[float, float, str, str]:
    gap = contrast.paired.difference.value
    return contrast.p_corrected or 0.0, -abs(gap), contrast.first, contrast.second
