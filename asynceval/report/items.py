"""Items: what judges give numbers to, answers and pairs, with all that one judge said of each."""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from asynceval.domain.sweep import Judge
from asynceval.protocol.conversation import Plan
from asynceval.report.columns import Columns, Place


class Item(NamedTuple):
    """What a judge gives a number to: an answer, or a pair of answers by the models in order of names."""

    place: Place
    first: str
    second: str | None


Verdicts = Mapping[Item, list[float]]
"""Scores, or outcomes for the first model, of each item: one for each repeat, in their order."""


def repeats_itself(judge: Judge) -> bool:
    """Whether a judge can say the very same twice: means weighed by probabilities are hardly ever equal."""
    return judge.is_pairwise or not judge.logprobs


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
