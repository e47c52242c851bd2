"""What was imported into a run directory, when another plan is made for it."""

from collections.abc import Iterator
from dataclasses import replace

from asynceval.conversation import Plan
from asynceval.domain.errors import Problem
from asynceval.domain.sweep import Target


def fitted(plan: Plan, earlier: Plan) -> tuple[Plan, tuple[Problem, ...]]:
    """Return a plan that knows which of its models have answers, and where it contradicts these.

    Imported answers belong to the questions that they were imported with.
    """
    sweep = plan.sweep
    if not any(map(sweep.is_imported, sweep.targets)):
        return plan, ()
    known = {t.name: t for t in earlier.sweep.targets if earlier.sweep.is_imported(t)}

    def fit(target: Target) -> Target:
        its = known.get(target.name)
        if its is None or not sweep.is_imported(target):
            return target
        return replace(target, is_answered=its.is_answered)

    targets = tuple(fit(target) for target in sweep.targets)
    return replace(plan, sweep=replace(sweep, targets=targets)), tuple(
        _problems(plan, known, earlier)
    )


def _problems(plan: Plan, known: dict[str, Target], earlier: Plan) -> Iterator[Problem]:
    for number, target in enumerate(plan.sweep.targets):
        if plan.sweep.is_imported(target) and target.name not in known:
            message = (
                f"{target.name} was not imported into this run directory: name it with --run-dir"
            )
            yield Problem(message, key=f"models[{number}].name")
    turns = {question.id: question.turns for question in earlier.questions}
    for question in plan.questions:
        before = turns.get(question.id, question.turns)
        if any(before) and before != question.turns:
            message = f"question {question.id} has other turns than the one that was imported"
            yield Problem(message, key="benchmark.questions")


def unanswered(plan: Plan) -> tuple[str, ...]:
    """Return a warning if models of a run have no answers that could be judged."""
    names = [target.name for target in plan.sweep.targets if not target.is_answered]
    if not names:
        return ()
    return (f"only judgments were imported of {', '.join(names)}: there is no answer to judge",)
