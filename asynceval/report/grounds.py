"""Grounds: what a comparison is asked of, by judge, and its JSON."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from asynceval.domain.errors import ConfigError
from asynceval.protocol.conversation import Plan
from asynceval.report.columns import Columns
from asynceval.report.contrast import Contrast, Ground
from asynceval.report.juries import seated
from asynceval.stats.estimate import Estimate


def grounds(
    plan: Plan,
    columns: Columns,
    names: Sequence[str] = (),
    judge: str | None = None,
    category: str | None = None,
) -> tuple[Ground, ...]:
    """Return a ground for each judge and jury, or for the one named, whose verdicts can be compared.

    ConfigError names every model, judge or category that the run does not have, and says where no judge
    is left, since grades are on several scales.
    """
    judges = {each.name: each for each in seated(plan).sweep.judges}
    models = [target.name for target in plan.sweep.targets]
    categories = list(dict.fromkeys(question.category for question in plan.questions))
    problems = [_unknown("model", name, models) for name in names if name not in models]
    if judge is not None and judge not in judges:
        problems.append(_unknown("judge", judge, list(judges)))
    if category is not None and category not in categories:
        problems.append(_unknown("category", category, categories))
    if len(set(names)) < len(names):
        problems.append(f"{names[0]} is compared with itself: name two different models")
    if not judges:
        problems.append("the run has no judge, so there is nothing to compare models by")
    if problems:
        raise ConfigError(*problems)
    found = tuple(
        each for each in pooled(plan, columns, category) if judge in (None, each.judge.name)
    )
    if not found:
        told = "; ".join(f"{scale} for {', '.join(its)}" for scale, its in plan.scales().items())
        raise ConfigError(
            f"grades are on different scales ({told}): compare one category at a time, with --category"
        )
    return found


def pooled(plan: Plan, columns: Columns, category: str | None = None) -> tuple[Ground, ...]:
    """Return a ground for each judge and jury; without a category for none that grades on several scales."""
    models = [target.name for target in plan.sweep.targets]
    is_mixed = category is None and len(plan.scales()) > 1
    return tuple(
        Ground(columns, judge, models, category)
        for judge in seated(plan).sweep.judges
        if judge.is_pairwise or not is_mixed
    )


def contrasts(grounds: Iterable[Ground], names: Sequence[str]) -> tuple[Contrast, ...]:
    """Return the contrast of the two models named on each ground where they meet, or of all pairs."""
    if not names:
        return tuple(each for ground in grounds for each in ground.contrasts())
    first, second = names
    found = (ground.contrast(first, second) for ground in grounds)
    return tuple(each for each in found if each is not None)


def document(plan: Plan, found: Iterable[Contrast]) -> dict[str, Any]:
    """Return contrasts as plain values; undefined is None."""
    categories = {question.id: question.category for question in plan.questions}
    return {"run": plan.sweep.name, "comparisons": [_row(each, categories) for each in found]}


def estimate(its: Estimate | None) -> dict[str, Any]:
    """Return an estimate as plain values: value, se, ci, n and what was dropped."""
    if its is None:
        return {"value": None, "se": None, "ci": None, "n": 0, "dropped": 0}
    low_high = list(its.interval) if its.interval else None
    return {"value": its.value, "se": its.se, "ci": low_high, "n": its.n, "dropped": its.dropped}


def _row(its: Contrast, categories: Mapping[str, str]) -> dict[str, Any]:
    gap = estimate(its.paired.difference)
    return {
        "judge": its.judge,
        "first": its.first,
        "second": its.second,
        "unit": its.unit,
        "difference": gap.pop("value"),
        **gap,
        "p": its.paired.p,
        "p_holm": its.p_corrected,
        "correlation": its.paired.correlation,
        "win": its.record.win,
        "tie": its.record.tie,
        "loss": its.record.loss,
        "minimum_detectable": its.detectable,
        "questions_needed": its.needed,
        "questions": [
            {"question": question, "category": categories.get(question), "difference": difference}
            for question, difference in its.paired.questions
        ],
    }


def _unknown(what: str, name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(known) or 'none'}"
    return f"the run has no {what} {name}: {hint}"
