"""What is different between the request of a run directory and the new one, for people."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from asynceval.domain.jury import Jury
from asynceval.domain.rubric import Rubric
from asynceval.domain.sweep import Budget, Judge, Target
from asynceval.protocol.conversation import Plan

_Named = Target | Judge | Rubric | Jury


def changes(old: Plan, new: Plan) -> Iterator[str]:
    """Yield in words what the new plan asks for that the old one did not, and the other way round."""
    yield from _named("model", old.sweep.targets, new.sweep.targets)
    yield from _named("judge", _unlimited(old.sweep.judges), _unlimited(new.sweep.judges))
    yield from _named("rubric", old.sweep.rubrics, new.sweep.rubrics)
    yield from _named("jury", old.sweep.juries, new.sweep.juries)
    before = {question.id: question for question in old.questions}
    after = {question.id: question for question in new.questions}
    changed = sum(1 for name in before.keys() & after.keys() if before[name] != after[name])
    for number, what in (
        (len(after.keys() - before.keys()), "added"),
        (len(before.keys() - after.keys()), "left out"),
        (changed, "changed"),
    ):
        if number:
            yield f"{number} question{'s' if number > 1 else ''} {what}"
    if old.templates != new.templates:
        yield "judge templates changed"
    if old.sweep.author != new.sweep.author:
        before_it, after_it = (
            "none" if author is None else author.name
            for author in (old.sweep.author, new.sweep.author)
        )
        yield f"the model that writes references {before_it} -> {after_it}"
    if old.sweep.choices != new.sweep.choices:
        yield f"choices {old.sweep.choices} -> {new.sweep.choices}"
    if old.sweep.budget != new.sweep.budget:
        yield f"budget {_most(old.sweep.budget)} -> {_most(new.sweep.budget)}"
    budgets = {judge.name: judge.budget for judge in old.sweep.judges}
    for judge in new.sweep.judges:
        if judge.name in budgets and budgets[judge.name] != judge.budget:
            yield (
                f"budget of judge {judge.name} {_most(budgets[judge.name])} -> {_most(judge.budget)}"
            )


def _unlimited(judges: Iterable[Judge]) -> tuple[Judge, ...]:
    """Return the judges as they ask: a budget changes no call."""
    return tuple(replace(judge, budget=None) for judge in judges)


def _most(budget: Budget | None) -> str:
    """Return a budget in words."""
    if budget is None:
        return "none"
    usd = None if budget.usd is None else f"{budget.usd:g} USD"
    tokens = None if budget.tokens is None else f"{budget.tokens} tokens"
    return " and ".join(part for part in (usd, tokens) if part) or "none"


def _named(kind: str, old: Iterable[_Named], new: Iterable[_Named]) -> Iterator[str]:
    before = {item.name: item for item in old}
    after = {item.name: item for item in new}
    for name, item in after.items():
        if name not in before:
            yield f"{kind} {name} added"
        elif before[name] != item:
            yield f"{kind} {name} changed"
    for name in before:
        if name not in after:
            yield f"{kind} {name} left out"
