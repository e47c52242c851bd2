"""What was imported into a run directory, when another plan is made for it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from asynceval.domain.errors import Problem
from asynceval.domain.imported import FREE, IMPORTED, call
from asynceval.domain.sweep import Target
from asynceval.protocol.conversation import Plan
from asynceval.store.store import Store


def fitted(plan: Plan, earlier: Plan, folder: Path) -> tuple[Plan, tuple[Problem, ...]]:
    """Return a plan that knows which of its models have answers, and where it contradicts these.

    What was imported is told by the earlier plan of the folder, and by its log for models that this
    one left out. Imported answers belong to the questions that they were imported with. Raises
    StorageError if the log cannot be read.
    """
    sweep = plan.sweep
    if not any(map(sweep.is_imported, sweep.targets)):
        return plan, ()
    before = earlier.sweep
    known = {t.name: t.is_answered for t in before.targets if before.is_imported(t)}
    if any(sweep.is_imported(target) and target.name not in known for target in sweep.targets):
        known = {**_logged(folder), **known}

    def fit(target: Target) -> Target:
        if not sweep.is_imported(target):
            return target
        return replace(target, is_answered=known.get(target.name, target.is_answered))

    targets = tuple(fit(target) for target in sweep.targets)
    return replace(plan, sweep=replace(sweep, targets=targets)), tuple(
        _problems(plan, known, earlier)
    )


def recalled(plan: Plan, folder: Path) -> Plan:
    """Return a folder's plan with the imported models that are in its log alone, to choose among.

    Raises StorageError if the log cannot be read.
    """
    sweep = plan.sweep
    if IMPORTED not in sweep.endpoints:
        return plan
    known = {target.name for target in sweep.targets}
    more = tuple(
        Target(name, IMPORTED.name, name, max_tokens=None, price=FREE, is_answered=is_answered)
        for name, is_answered in _logged(folder).items()
        if name not in known
    )
    return replace(plan, sweep=replace(sweep, targets=(*sweep.targets, *more)))


def _logged(folder: Path) -> dict[str, bool]:
    """Return the imported models that a log knows: whether there is an answer of them."""
    found: dict[str, bool] = {}
    with Store(folder, write=False) as store:
        for record in store.records():
            cell = record.cell
            if record.attempts == 0 and record.key == call(cell).key():
                for name in {cell.target, cell.opponent or cell.target}:
                    found[name] = found.get(name, False) or cell.judge is None
    return found


def _problems(plan: Plan, known: Mapping[str, bool], earlier: Plan) -> Iterator[Problem]:
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
