"""Winners: which of two models each judge of a run prefers, item by item."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from statistics import fmean
from typing import Literal

from asynceval.domain.sweep import Judge
from asynceval.report.columns import Columns
from asynceval.stats.agreement import Item, Winner, majority, vote
from asynceval.stats.outcomes import score_outcome

_WORDS: Mapping[float, Winner] = {1.0: "first", 0.5: "tie", 0.0: "second"}
_SIDES: Mapping[float, Literal["a", "b", "tie"]] = {1.0: "a", 0.5: "tie", 0.0: "b"}


def winners(columns: Columns, judge: Judge, models: Sequence[str]) -> dict[Item, Winner]:
    """Return a judge's winner of every item, of the first conversation of each question.

    A pairwise judge's repeats come to what most of them say. Of scores the higher wins and equal ones
    tie (MT-Bench, arXiv:2306.05685), the mean of repeats standing for them.
    """
    return dict(_compared(columns, judge) if judge.is_pairwise else _graded(columns, judge, models))


def by_scores(
    question: str, turn: int, scores: Mapping[str, float]
) -> Iterator[tuple[Item, Winner]]:
    """Yield what scores come to for every two models: the higher wins, equal ones tie."""
    for one, other in combinations(sorted(scores), 2):
        yield Item(question, turn, one, other), _WORDS[score_outcome(scores[one], scores[other])]


def _compared(columns: Columns, judge: Judge) -> Iterator[tuple[Item, Winner]]:
    cast: defaultdict[Item, list[Winner]] = defaultdict(list)
    for bout in columns.bouts(judge.name):
        if bout.outcome is not None and bout.place.choice == 0:
            at, side = bout.place, _SIDES[bout.outcome]
            item, winner = vote(at.question, at.turn, bout.first, bout.second, side)
            cast[item].append(winner)
    for item, said in cast.items():
        yield item, majority(said) or "tie"


def _graded(columns: Columns, judge: Judge, models: Sequence[str]) -> Iterator[tuple[Item, Winner]]:
    scores: defaultdict[tuple[str, int], defaultdict[str, list[float]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for model in models:
        for grade in columns.grades(judge.name, model):
            if grade.place.choice == 0:
                scores[grade.place.question, grade.place.turn][model].append(grade.value)
    for (question, turn), found in scores.items():
        yield from by_scores(question, turn, {model: fmean(its) for model, its in found.items()})
