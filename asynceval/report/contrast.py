"""Contrast: how far two models lie apart as one judge sees them, question by question."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Literal

from asynceval.domain.sweep import Judge
from asynceval.report.columns import Columns, Place
from asynceval.report.ranks import rounds
from asynceval.stats.outcomes import Tally, score_outcome, tally
from asynceval.stats.paired import Paired, comparisons
from asynceval.stats.power import minimum_detectable, questions_needed
from asynceval.stats.spots import Spot

Unit = Literal["points", "win rate"]
_Values = list[tuple[Place, int, str | None, float]]
"""What a model got: at which place, in which repeat, beside which rival, and how much."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """How much higher `first` scores than `second`, in points or in win rate.

    The difference is paired by question, over the places that both have, and in pairs the opponents that
    both met. `p_corrected` is Holm's over all pairs of the judge's models, None where one pair alone was
    asked for. `rivals` are the other models that the win rates are against, beside the two themselves if
    they have met. `record` counts the wins of `first`: of its pairs with
    `second` if they have met, or else answer by answer by the higher score or outcome. `detectable` is the least true
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
    rivals: tuple[str, ...] = ()
    have_met: bool = False


class Ground:
    """What one judge made of all models, in one category or in all: the ground that they meet on.

    `models` have a verdict by the judge. A pairwise judge's outcomes are those against each other and
    against all that it compares both models with, which leaves a baseline its own pairs with the other.
    """

    def __init__(
        self, columns: Columns, judge: Judge, models: Sequence[str], category: str | None = None
    ) -> None:
        """Gather what the judge made of these models."""
        self.judge = judge
        self._met: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
        values: Mapping[str, _Values] = {model: [] for model in models}
        if judge.is_pairwise:
            for bout in columns.bouts(judge.name):
                if bout.outcome is None or category not in (None, bout.place.category):
                    continue
                at = bout.place, bout.repeat
                values[bout.first].append((*at, bout.second, bout.outcome))
                values[bout.second].append((*at, bout.first, 1 - bout.outcome))
                self._met[bout.first, bout.second].append(bout.outcome)
                self._met[bout.second, bout.first].append(1 - bout.outcome)
        else:
            for model, rows in values.items():
                rows += [
                    (grade.place, grade.repeat, None, grade.value)
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
        return [(place.question, value) for place, _, _, value in self._values.get(model, ())]

    def contrast(self, first: str, second: str) -> Contrast | None:
        """Return the contrast of two models; None without a question that both have."""
        found = comparisons({model: self._spots(model) for model in (first, second)})
        return self._contrast(first, second, found[0].paired, None) if found else None

    def contrasts(self) -> tuple[Contrast, ...]:
        """Return the contrasts of all pairs of models, the surest and largest first.

        The first of a pair is the one with the higher mean.
        """
        means = {model: fmean(value for _, value in self.scores(model)) for model in self.models}
        ordered = sorted(means, key=lambda model: -means[model])
        spots = {model: self._spots(model) for model in ordered}
        found = (
            self._contrast(each.first, each.second, each.paired, each.p_corrected)
            for each in comparisons(spots, rounds=rounds(len(ordered)))
        )
        return tuple(sorted(found, key=_order))

    def _spots(self, model: str) -> list[tuple[Spot, float]]:
        return [
            (place.spot(rival), value) for place, _, rival, value in self._values.get(model, ())
        ]

    def _contrast(
        self, first: str, second: str, found: Paired, p_corrected: float | None
    ) -> Contrast:
        if self.judge.is_pairwise:
            found = replace(found, difference=found.difference.within(-1, 1))
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
            self._rivals(first, second),
            (first, second) in self._met,
        )

    def _rivals(self, first: str, second: str) -> tuple[str, ...]:
        """Return the models beside these two that a pairwise judge compared both with."""
        its, others = ({rival for _, _, rival, _ in self._values[m]} for m in (first, second))
        return tuple(model for model in self._values if model in its & others)

    def _record(self, first: str, second: str) -> Tally:
        if (first, second) in self._met:
            return tally(self._met[first, second])
        others: defaultdict[tuple[Place, int], list[float]] = defaultdict(list)
        for place, repeat, _, value in self._values[second]:
            others[place, repeat].append(value)
        return tally(
            score_outcome(value, other)
            for place, repeat, _, value in self._values[first]
            for other in others.get((place, repeat), ())
        )


def _order(contrast: Contrast) -> tuple[float, float, str, str]:
    gap = contrast.paired.difference.value
    return contrast.p_corrected or 0.0, -abs(gap), contrast.first, contrast.second
