"""The walk: the plan held against the replies that are there, cell by cell, without any I/O of its own."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from asynceval.domain.question import Question
from asynceval.domain.reply import Reply
from asynceval.domain.sweep import Target
from asynceval.domain.verdict import Rung, Verdict
from asynceval.protocol.conversation import Plan, Step, conversation
from asynceval.protocol.ladder import Ladder

Find = Callable[[bytes], Reply | None]
"""Returns the reply to the call with a key, None if there is none."""


@dataclass(frozen=True, slots=True)
class Found:
    """What there is of a cell: its first step, and the replies to that and to its follow-ups, by key.

    `missing` is the key of the call that it lacks, None if the cell is filled. `verdict` is what a
    judgment that is filled comes to, `rungs` what was asked after each of its replies but the last.
    """

    step: Step
    replies: tuple[tuple[bytes, Reply], ...]
    missing: bytes | None
    verdict: Verdict | None = None
    rungs: tuple[Rung, ...] = ()


def walk(
    plan: Plan, question: Question, target: Target, choice: int, find: Find
) -> Iterator[Found]:
    """Yield the cells of a conversation in their order, as far as its answers are there."""
    steps = conversation(plan, question, target, choice)
    reply = None
    with suppress(StopIteration):
        while True:
            step = steps.send(reply)
            found = look_up(plan, step, find)
            yield found
            reply = None if found.missing else found.replies[-1][1]


def look_up(plan: Plan, step: Step, find: Find) -> Found:
    """Return what there is of a step's cell."""
    key = step.call.key()
    reply = find(key)
    if reply is None:
        return Found(step, (), key)
    replies: tuple[tuple[bytes, Reply], ...] = ((key, reply),)
    if step.cell.judge is None:
        return Found(step, replies, None)
    ladder = Ladder(plan, step)
    while (asked := ladder.take(reply)) is not None:
        key = asked.call.key()
        reply = find(key)
        if reply is None:
            return Found(step, replies, key)
        replies += ((key, reply),)
    return Found(step, replies, None, ladder.verdict, ladder.rungs)


def referenced(plan: Plan, find: Find) -> Plan:
    """Return the plan with the references that its author wrote as given ones, where they are whole."""
    author = plan.sweep.author
    if author is None:
        return plan

    def given(question: Question) -> Question:
        if not question.needs_reference:
            return question
        turns = len(question.turns)
        texts = answers(plan, question, author, 0, find, turns)
        if len(texts) < turns:
            return question
        return replace(question, reference=texts, needs_reference=False)

    return replace(plan, questions=tuple(given(question) for question in plan.questions))


def answers(
    plan: Plan, question: Question, target: Target, choice: int, find: Find, turn: int
) -> tuple[str, ...]:
    """Return the texts of a conversation's turns 1 to `turn` as judges may see them, as far as they are there."""
    texts: list[str] = []
    for found in walk(plan.without_judges(), question, target, choice, find):
        if found.missing:
            break
        texts.append(plan.shown(found.replies[-1][1]))
        if len(texts) == turn:
            break
    return tuple(texts)
