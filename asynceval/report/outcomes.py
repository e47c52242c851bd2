"""Outcomes: what every judgment of the plan came to. Nothing planned is left out."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from asynceval.conversation import Plan, dependents, verdict, walk
from asynceval.domain.cell import Cell
from asynceval.domain.failure import Cause
from asynceval.domain.question import Question
from asynceval.domain.reply import Usage
from asynceval.domain.sweep import Target
from asynceval.domain.verdict import Verdict
from asynceval.store.store import Store


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a cell of the plan came to: tokens spent on its reply, or the cause why there is none.

    A cell that depends on a missing answer has the answer's cause, and says so. `verdict` is what a judge's
    words come to by the sweep's rule, None for an answer and for a missing judgment.
    """

    cell: Cell
    usage: Usage | None = None
    verdict: Verdict | None = None
    cause: Cause | None = None
    is_truncated: bool = False
    is_dependent: bool = False


def outcomes(plan: Plan, store: Store, causes: dict[bytes, Cause]) -> Iterator[Outcome]:
    """Yield every cell of the plan, model by model and question by question."""
    for target in plan.sweep.targets:
        for question, choice in plan.conversations():
            yield from _conversation(plan, store, causes, question, target, choice)


def _conversation(
    plan: Plan,
    store: Store,
    causes: dict[bytes, Cause],
    question: Question,
    target: Target,
    choice: int,
) -> Iterator[Outcome]:
    for step, key, reply in walk(plan, question, target, choice, store.get):
        if reply is None:
            cause = causes.get(key, Cause.NOT_REACHED)
            yield Outcome(step.cell, cause=cause)
            if step.cell.judge is None:
                for cell in dependents(plan, question, step.cell):
                    yield Outcome(cell, cause=cause, is_dependent=True)
        elif step.cell.judge is None:
            yield Outcome(step.cell, reply.usage, is_truncated=reply.is_truncated)
        else:
            yield Outcome(step.cell, reply.usage, verdict(plan, reply))


def read_causes(folder: Path) -> dict[bytes, Cause]:
    """Return the last cause noted for each call in `failures.jsonl`; a torn line counts for nothing.

    It holds calls that succeeded later too: whoever looks up a cause knows that the reply is missing.
    """
    causes = {}
    try:
        lines = (folder / "failures.jsonl").read_bytes().split(b"\n")
    except FileNotFoundError:
        return {}
    for line in lines:
        try:
            entry = orjson.loads(line)
            causes[bytes.fromhex(entry["key"])] = Cause(entry["cause"])
        except (ValueError, KeyError, TypeError):
            continue
    return causes
