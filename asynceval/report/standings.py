"""Standings: the means of each model as each judge sees it, and what they lack."""

from collections import Counter as Counts
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from asynceval.domain.rubric import TEN, Scale
from asynceval.domain.sweep import Judge
from asynceval.protocol.conversation import Plan
from asynceval.report.columns import Columns, Endings, Grade, Place
from asynceval.report.coverage import ENDINGS
from asynceval.report.outcomes import Ending
from asynceval.report.ranks import Rank, ranked
from asynceval.stats.estimate import Estimate
from asynceval.stats.mean import clustered_mean

FEWER: Final = "over fewer scores than other models have; ranks are by the scores that both have"
"""What the star beside a mean says."""


@dataclass(frozen=True, slots=True)
class Missing:
    """How many judgments ended without a score in one way and for one reason."""

    ending: Ending
    reason: str
    n: int


@dataclass(frozen=True, slots=True)
class Part:
    """The mean of some of a model's scores, None of nothing.

    It is comparable if the model has a score wherever another model has one from this judge, so that
    their means are over the same questions. It is unsure if the scores that it lacks could move its mean
    beyond its interval, however they came out on the scale.
    """

    mean: Estimate | None
    is_comparable: bool
    is_unsure: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """One model as one judge sees it: `n` scores of the `expected`.

    `unflagged` is the mean without the `flagged` scores, for which the judge was shown an answer that
    imitates it. Means over grades of several scales are None, and so is the rank then, or without a score.
    """

    judge: str
    model: str
    whole: Part
    unflagged: Estimate | None
    turns: dict[int, Part]
    categories: dict[str, Part]
    n: int
    flagged: int
    expected: int
    missing: tuple[Missing, ...]
    rank: Rank | None = None

    @property
    def average(self) -> Estimate | None:
        """The mean of all scores."""
        return self.whole.mean


def standings(plan: Plan, columns: Columns) -> tuple[Standing, ...]:
    """Return the standings judge by judge in the order of the plan, the best first."""
    return tuple(
        standing
        for judge in plan.sweep.judges
        if not judge.is_pairwise
        for standing in _by(plan, columns, judge)
    )


def _by(plan: Plan, columns: Columns, judge: Judge) -> Iterator[Standing]:
    """Yield what a judge makes of each model, the best first, with ranks where there are means."""
    models = [target.name for target in plan.sweep.targets]
    if any(map(plan.sweep.is_imported, plan.sweep.asked)):
        # Of imported models, each judge may have seen others.
        models = [model for model in models if columns.has(judge.name, model)]
    grades = {model: tuple(columns.grades(judge.name, model)) for model in models}
    lacking = _lacking(grades)
    rows = sorted(
        (
            _standing(plan, columns, judge, model, its, lacking[model])
            for model, its in grades.items()
            if not plan.sweep.skips(judge, model)
        ),
        key=_order_of,
    )
    ranks = ranked(
        {
            row.model: [(grade.place.spot(), grade.value) for grade in grades[row.model]]
            for row in rows
            if row.average is not None
        }
    )
    for row in rows:
        yield replace(row, rank=ranks.get(row.model))


def _lacking(grades: Mapping[str, Sequence[Grade]]) -> dict[str, Counts[Place]]:
    """Return for each model where it has fewer grades than another, and how many fewer."""
    counts = {model: Counts(grade.place for grade in its) for model, its in grades.items()}
    most = Counts[Place]()
    for count in counts.values():
        most |= count
    return {model: most - count for model, count in counts.items()}


def _standing(
    plan: Plan,
    columns: Columns,
    judge: Judge,
    model: str,
    grades: Sequence[Grade],
    lacking: Counts[Place],
) -> Standing:
    # By turn and category, of which None stands for all.
    scores: defaultdict[tuple[int | None, str | None], list[tuple[str, float]]] = defaultdict(list)
    for grade in grades:
        score = grade.place.question, grade.value
        for group in ((None, None), (grade.place.turn, None), (None, grade.place.category)):
            scores[group].append(score)
    endings = columns.endings[judge.name, model]
    has_one_scale = len(plan.scales()) <= 1

    def part(turn: int | None = None, category: str | None = None) -> Part:
        def is_in(place: Place) -> bool:
            return turn in (None, place.turn) and category in (None, place.category)

        mean = None
        if category is not None or has_one_scale:
            mean = clustered_mean(scores.get((turn, category), ()))
        n_lacking = sum(n for place, n in lacking.items() if is_in(place))
        scale = next(iter(plan.scales()), TEN) if category is None else plan.sweep.scale(category)
        return Part(mean, n_lacking == 0, _is_unsure(mean, n_lacking, scale))

    unflagged = [grade for grade in grades if not grade.is_flagged]
    turns = sorted({place.turn for place in columns.places})
    categories = columns.categories(judge.name)
    return Standing(
        judge=judge.name,
        model=model,
        whole=part(),
        unflagged=clustered_mean((grade.place.question, grade.value) for grade in unflagged)
        if has_one_scale
        else None,
        turns={turn: part(turn=turn) for turn in turns},
        categories={category: part(category=category) for category in categories},
        n=len(grades),
        flagged=len(grades) - len(unflagged),
        expected=len(grades) + endings.total(),
        missing=missing(endings),
    )


def _is_unsure(mean: Estimate | None, lacking: int, scale: Scale) -> bool:
    if mean is None or not lacking:
        return False
    lowest, highest = scale.ends
    reach = max(mean.value - lowest, highest - mean.value) * lacking / (mean.n + lacking)
    low, high = mean.interval or (mean.value, mean.value)
    return reach > (high - low) / 2


def missing(endings: Endings) -> tuple[Missing, ...]:
    """Return the counts of judgments without a score, by ending and reason, in the usual order."""
    rows = sorted(endings.items(), key=_order)
    return tuple(Missing(ending, reason, n) for (ending, reason), n in rows)


def _order(item: tuple[tuple[Ending, str], int]) -> tuple[int, str]:
    (ending, reason), _ = item
    return ENDINGS.index(ending), reason


def _order_of(standing: Standing) -> tuple[float, str]:
    average = standing.average
    return -average.value if average else float("inf"), standing.model
