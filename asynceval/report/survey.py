"""The survey: what of a plan is stored, what is still to do, and what the stored part teaches."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from asynceval.domain.call import Call
from asynceval.domain.question import Question
from asynceval.domain.reply import Reply
from asynceval.domain.sweep import Target
from asynceval.prompts.verdicts import strip_reasoning
from asynceval.protocol.conversation import Plan, Step, conversation
from asynceval.protocol.pairs import Pairs, step
from asynceval.protocol.walk import Find
from asynceval.stats.span import Sample, Span

_ANSWER: Final = "\U0010fffd"
"""Stands for an answer that is not there yet: a character that no text has."""
_ASCII: Final = Span(0.2, 0.25, 0.4)
_OTHER: Final = Span(0.25, 0.7, 1.5)
_AROUND: Final = Span(0, 4, 20)
"""Tokens in a letter of ASCII, in any other letter, and around a message."""

Model = tuple[str, str]
"""The kind of cell that a model fills, "answer" or "judgment", and its name in the sweep."""


class Group(NamedTuple):
    """Calls that are estimated together: to a model, about answers of a target in a category."""

    kind: str
    asked: str
    target: str
    category: str


@dataclass(slots=True)
class Work:
    """Calls to do: their number, and the tokens in what is known of their prompts.

    `answers` counts how often answers that are not there yet stand in these prompts.
    """

    calls: int = 0
    known: Span = field(default_factory=Span)
    answers: int = 0


@dataclass(slots=True)
class Survey:
    """A plan held against a store.

    `densities` are, by model on the wire, how the tokens of prompts compare with the usual number;
    `completions` the tokens of replies by model and category, with None for all categories; `answers`
    the usual tokens in what judges see of a target's answers, in the same way.
    """

    planned: Counter[Model] = field(default_factory=Counter)
    stored: Counter[Model] = field(default_factory=Counter)
    todo: defaultdict[Group, Work] = field(default_factory=lambda: defaultdict(Work))
    densities: defaultdict[str, Sample] = field(default_factory=lambda: defaultdict(Sample))
    completions: defaultdict[tuple[Model, str | None], Sample] = field(
        default_factory=lambda: defaultdict(Sample)
    )
    answers: defaultdict[tuple[str, str | None], Sample] = field(
        default_factory=lambda: defaultdict(Sample)
    )

    def note_stored(self, step: Step, reply: Reply) -> None:
        """Take in a cell that has its reply."""
        cell, call, usage = step.cell, step.call, reply.usage
        model = (cell.kind, cell.asked)
        self.stored[model] += 1
        if usage.prompt_tokens is not None:
            known, _ = _size(call)
            self.densities[call.wire].add(usage.prompt_tokens / known.mid)
        for category in (cell.category, None):
            if usage.completion_tokens is not None:
                self.completions[model, category].add(usage.completion_tokens)
            if cell.judge is None:
                text, _ = strip_reasoning(reply.text)
                self.answers[cell.target, category].add(_tokens(text).mid)

    def note_todo(self, step: Step) -> None:
        """Take in a cell without a reply."""
        cell = step.cell
        work = self.todo[Group(cell.kind, cell.asked, cell.target, cell.category)]
        known, answers = _size(step.call)
        work.calls += 1
        work.known += known
        work.answers += answers


def survey(plan: Plan, find: Find) -> Survey:
    """Walk a whole plan; `find` returns what is stored under a call's key.

    The plan is walked by its own protocol, with a single character in the place of each answer that
    is not there, so that what follows it is counted as it will be asked.
    """
    found = Survey()
    pairs = Pairs(plan)
    author = None if plan.sweep.author is None else plan.sweep.author.name
    for question in plan.questions:
        said: dict[int, dict[str, list[str]]] = {}
        for choice in range(plan.sweep.choices):
            said[choice] = {
                target.name: _walk(found, plan, question, target, choice, find)
                for target in plan.sweep.asked
                if target in plan.sweep.targets or (question.needs_reference and choice == 0)
            }
        for meeting in pairs.meetings(question):
            texts = {name: its[: meeting.turn] for name, its in said[meeting.choice].items()}
            references = said[0].get(author or "", [])[: meeting.turn]
            for cell in pairs.cells(question, meeting):
                _note(found, step(plan, question, cell, texts, references), find)
    return found


def _walk(
    found: Survey,
    plan: Plan,
    question: Question,
    target: Target,
    choice: int,
    find: Find,
) -> list[str]:
    """Take in a conversation, and return its answers as judges see them."""
    texts: list[str] = []
    steps = conversation(plan, question, target, choice)
    step: Step | None = next(steps, None)
    while step is not None:
        reply = _note(found, step, find) or Reply(_ANSWER)
        if step.cell.judge is None:
            texts.append(plan.shown(reply))
        step = _next(steps.send, reply)
    return texts


def _note(found: Survey, step: Step, find: Find) -> Reply | None:
    found.planned[step.cell.kind, step.cell.asked] += 1
    reply = find(step.call.key())
    if reply is None:
        found.note_todo(step)
    else:
        found.note_stored(step, reply)
    return reply


def _next(send: Callable[[Reply], Step], reply: Reply) -> Step | None:
    try:
        return send(reply)
    except StopIteration:
        return None


def _size(call: Call) -> tuple[Span, int]:
    """Return the usual tokens of a call's prompt, and how many answers are missing in it."""
    size, answers = Span(), 0
    for message in call.messages:
        missing = message.content.count(_ANSWER)
        size += _AROUND + _tokens(
            message.content.replace(_ANSWER, "") if missing else message.content
        )
        answers += missing
    return size, answers


def _tokens(text: str) -> Span:
    plain = len(text) if text.isascii() else len(text.encode("ascii", "ignore"))
    return _ASCII * plain + _OTHER * (len(text) - plain)
