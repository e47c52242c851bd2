"""Standings: the means of each model as each judge sees it, and what they lack."""

from array import array
from collections import Counter as Counts
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from asynceval.conversation import Plan
from asynceval.domain.verdict import Score
from asynceval.report.coverage import ENDINGS
from asynceval.report.outcomes import Ending, Outcome
from asynceval.stats.estimate import Estimate
from asynceval.stats.mean import clustered_mean


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
    their means are over the same questions.
    """

    mean: Estimate | None
    is_comparable: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """One model as one judge sees it: `n` scores of the `expected`.

    `unflagged` is the mean without the `flagged` scores, for which the judge was shown an answer that
    imitates it. Means over grades of several scales are None.
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

    @property
    def average(self) -> Estimate | None:
        """The mean of all scores."""
        return self.whole.mean


class Standings:
    """Gathers judgments as they come, in any order, and keeps no text."""

    def __init__(self, plan: Plan) -> None:
        """Start with nothing gathered."""
        self._plan = plan
        self._places = tuple(
            _Place(question.id, question.category, turn)
            for question in plan.questions
            for turn in range(1, len(question.turns) + 1)
        )
        self._numbers = {(p.question, p.turn): number for number, p in enumerate(self._places)}
        self._has_one_scale = len(plan.scales()) <= 1
        self._scores: defaultdict[tuple[str, str], _Scores] = defaultdict(_Scores)
        self._endings: defaultdict[tuple[str, str], Counts[tuple[Ending, str]]] = defaultdict(
            Counts
        )

    def add(self, judge: str, outcome: Outcome, *, is_flagged: bool = False) -> None:
        """Gather one judgment; it is flagged if it shows an answer that imitates a judge."""
        cell = outcome.cell
        if isinstance(outcome.verdict, Score):
            place = self._numbers[cell.question, cell.turn]
            self._scores[judge, cell.target].add(
                place, outcome.verdict.value, is_flagged=is_flagged
            )
        else:
            self._endings[judge, cell.target][outcome.ending, outcome.reason] += 1

    def ranked(self) -> tuple[Standing, ...]:
        """Return the standings judge by judge, the best first."""
        judges = [judge for judge in self._plan.sweep.judges if not judge.is_pairwise]
        return tuple(sorted((s for judge in judges for s in self._by(judge.name)), key=_rank))

    def _by(self, judge: str) -> Iterator[Standing]:
        """Yield what a judge makes of each model."""
        models = [target.name for target in self._plan.sweep.targets]
        if any(map(self._plan.sweep.is_imported, self._plan.sweep.asked)):
            # Of imported models, each judge may have seen others.
            models = [m for m in models if (judge, m) in self._scores | self._endings]
        counts = {model: Counts(self._scores[judge, model].places) for model in models}
        most = Counts[int]()
        for count in counts.values():
            most |= count
        for model, count in counts.items():
            if self._left_out(judge, model):
                continue
            lacking = {self._places[number] for number in most - count}
            yield self._standing(judge, model, lacking)

    def _left_out(self, judge: str, model: str) -> bool:
        sweep = self._plan.sweep
        return any(its.name == judge and sweep.skips(its, model) for its in sweep.judges)

    def _standing(self, judge: str, model: str, lacking: set["_Place"]) -> Standing:
        scores, endings = self._scores[judge, model], self._endings[judge, model]

        def part(turn: int | None = None, category: str | None = None) -> Part:
            rows = scores.placed(self._places)
            mean = None
            if category is not None or self._has_one_scale:
                mean = clustered_mean(
                    (p.question, value) for p, value in rows if p.is_in(turn, category)
                )
            return Part(mean, is_comparable=not any(p.is_in(turn, category) for p in lacking))

        turns = sorted({place.turn for place in self._places})
        categories = dict.fromkeys(place.category for place in self._places)
        return Standing(
            judge=judge,
            model=model,
            whole=part(),
            unflagged=clustered_mean(
                (place.question, value)
                for (place, value), is_flagged in zip(
                    scores.placed(self._places), scores.flagged, strict=True
                )
                if not is_flagged
            )
            if self._has_one_scale
            else None,
            turns={turn: part(turn=turn) for turn in turns},
            categories={category: part(category=category) for category in categories},
            n=len(scores),
            flagged=sum(scores.flagged),
            expected=len(scores) + endings.total(),
            missing=missing(endings),
        )


def missing(endings: Counts[tuple[Ending, str]]) -> tuple[Missing, ...]:
    """Return the counts of judgments without a score, by ending and reason, in the usual order."""
    rows = sorted(endings.items(), key=_order)
    return tuple(Missing(ending, reason, n) for (ending, reason), n in rows)


class _Place(NamedTuple):
    """Where in the plan a score belongs, whichever model it is for."""

    question: str
    category: str
    turn: int

    def is_in(self, turn: int | None, category: str | None) -> bool:
        """Whether it belongs to a turn and a category; None is all of them."""
        return turn in (None, self.turn) and category in (None, self.category)


class _Scores:
    """The scores of one model by one judge, in columns: 13 bytes a score."""

    def __init__(self) -> None:
        self._values = array("d")
        self.places = array("I")
        self.flagged = bytearray()

    def __len__(self) -> int:
        return len(self._values)

    def add(self, place: int, value: float, *, is_flagged: bool) -> None:
        self.places.append(place)
        self.flagged.append(is_flagged)
        self._values.append(value)

    def placed(self, places: Sequence[_Place]) -> Iterator[tuple[_Place, float]]:
        """Yield each score with its place, which is a number among `places`."""
        for number, value in zip(self.places, self._values, strict=True):
            yield places[number], value


def _order(item: tuple[tuple[Ending, str], int]) -> tuple[int, str]:
    (ending, reason), _ = item
    return ENDINGS.index(ending), reason


def _rank(standing: Standing) -> tuple[str, float, str]:
    average = standing.average
    return (standing.judge, -average.value if average else float("inf"), standing.model)
