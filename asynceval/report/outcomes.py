"""Outcomes: what every cell of the plan came to. Nothing planned is left out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

import orjson

from asynceval.conversation import Plan, dependents, verdict, walk
from asynceval.domain.cell import Cell
from asynceval.domain.failure import Cause
from asynceval.domain.question import Question
from asynceval.domain.reply import Reply, Usage
from asynceval.domain.sweep import Target
from asynceval.domain.verdict import Unparsed, Verdict
from asynceval.prompts.imitation import imitates
from asynceval.prompts.verdicts import strip_reasoning
from asynceval.store.plainfile import read_whole
from asynceval.store.store import Store

Ending = Literal[
    "scored", "unparsed", "failed", "refused", "filtered", "context_length", "not_reached"
]
"""How a judgment ends: as exactly one of these."""

_ENDING_OF: Mapping[Cause, Ending] = {
    Cause.REFUSED: "refused",
    Cause.FILTERED: "filtered",
    Cause.CONTEXT_LENGTH: "context_length",
    Cause.NOT_REACHED: "not_reached",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a cell of the plan came to: tokens spent on its reply, or the cause why there is none.

    A cell that depends on a missing answer has the answer's cause, and says so. `verdict` is what a judge's
    words come to by the sweep's rule, None for an answer and for a missing judgment. `key` is the
    call's, which equal cells share. `answered_by` is the name that the server gave to the model,
    `fingerprint` what it said of the configuration behind it. An answer may be empty, or imitate a
    judge, in what its judge sees of it.
    """

    cell: Cell
    usage: Usage | None = None
    verdict: Verdict | None = None
    cause: Cause | None = None
    is_truncated: bool = False
    is_dependent: bool = False
    key: bytes | None = None
    answered_by: str | None = None
    fingerprint: str | None = None
    is_empty: bool = False
    is_imitation: bool = False

    @classmethod
    def answered(cls, cell: Cell, key: bytes, reply: Reply) -> Self:
        """Return the outcome of a cell whose call has this answer."""
        said, _ = strip_reasoning(reply.text)
        return cls(
            cell,
            reply.usage,
            is_truncated=reply.is_truncated,
            key=key,
            answered_by=reply.model,
            fingerprint=reply.fingerprint,
            is_empty=not said or said.isspace(),
            is_imitation=imitates(said),
        )

    @classmethod
    def judged(cls, cell: Cell, key: bytes, reply: Reply, verdict: Verdict) -> Self:
        """Return the outcome of a cell whose call has this judgment."""
        return cls(
            cell,
            reply.usage,
            verdict,
            key=key,
            answered_by=reply.model,
            fingerprint=reply.fingerprint,
        )

    @property
    def ending(self) -> Ending:
        """How the judgment ended."""
        if isinstance(self.verdict, Unparsed):
            return "unparsed"
        if self.verdict is not None:
            return "scored"
        return _ENDING_OF.get(self.cause or Cause.NOT_REACHED, "failed")

    @property
    def reason(self) -> str:
        """Why there is no score: what is wrong with the judge's words, or the cause."""
        if isinstance(self.verdict, Unparsed):
            return self.verdict.reason
        return self.cause or Cause.NOT_REACHED


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
            yield Outcome.answered(step.cell, key, reply)
        else:
            yield Outcome.judged(step.cell, key, reply, verdict(plan, reply))


def read_causes(folder: Path) -> dict[bytes, Cause]:
    """Return the last cause noted for each call in `failures.jsonl`; a torn line counts for nothing.

    It holds calls that succeeded later too: whoever looks up a cause knows that the reply is missing.
    """
    causes = {}
    try:
        lines = read_whole(folder / "failures.jsonl").split(b"\n")
    except FileNotFoundError:
        return {}
    for line in lines:
        try:
            entry = orjson.loads(line)
            causes[bytes.fromhex(entry["key"])] = Cause(entry["cause"])
        except (ValueError, KeyError, TypeError):
            continue
    return causes
