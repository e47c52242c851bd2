"""Evened win rates: what models would win against a baseline if their answers were as long as its own."""

from collections.abc import Iterator
from dataclasses import dataclass

from asynceval.protocol.conversation import Plan
from asynceval.report.columns import Columns
from asynceval.report.juries import seated
from asynceval.stats.estimate import Estimate
from asynceval.stats.length_adjusted import Preference, Unfit, length_adjusted

_ROUNDS = 1000


@dataclass(frozen=True, slots=True)
class Evened:
    """A model's length-adjusted win rate (GLM, tanh) by one judge, or why there is none."""

    judge: str
    model: str
    baseline: str
    rate: Estimate | Unfit


def evened(plan: Plan, columns: Columns) -> Iterator[Evened]:
    """Yield the adjusted rate of each model, by each judge that compares with a baseline."""
    sweep = seated(plan).sweep
    for judge in sweep.judges:
        if judge.baseline is None:
            continue
        for target in sweep.targets:
            rows = list(_preferences(columns, judge.name, target.name, judge.baseline))
            if rows and target.name != judge.baseline:
                rate = length_adjusted(rows, rounds=_ROUNDS)
                yield Evened(judge.name, target.name, judge.baseline, rate)


def _preferences(columns: Columns, judge: str, model: str, baseline: str) -> Iterator[Preference]:
    """Yield what is known of a model beside the baseline, where both answers' lengths are."""
    for bout in columns.bouts(judge):
        if {bout.first, bout.second} != {model, baseline} or bout.outcome is None:
            continue
        at = bout.place
        own, other = columns.characters(model, at), columns.characters(baseline, at)
        if own is not None and other is not None:
            value = bout.outcome if bout.first == model else 1 - bout.outcome
            yield Preference(at.question, at.category, value, own, other)
