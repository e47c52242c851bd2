"""Outcomes: what every cell of the plan came to. Nothing planned is left out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Self

import orjson

from asynceval.domain.cell import Cell
from asynceval.domain.failure import Cause
from asynceval.domain.imported import FAILED
from asynceval.domain.question import Question
from asynceval.domain.reply import Reply, Usage
from asynceval.domain.sweep import Target
from asynceval.domain.verdict import Choice, Rung, Unparsed, Verdict
from asynceval.prompts.imitation import imitates
from asynceval.prompts.verdicts import read_choice, read_score, strip_reasoning
from asynceval.protocol.conversation import Plan, dependents
from asynceval.protocol.pairs import Pairs, step
from asynceval.protocol.walk import Found, look_up, walk
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

    The judgment of a missing answer has the answer's cause, and says so; what follows in a later turn
    was not reached. `blamed` is whose answer a game lacks. `verdict` is what a judge's
    words come to by the sweep's rule, None for an answer and for a missing judgment. `key` is the
    call's, which equal cells share; `before` are the keys and tokens of a judgment's earlier replies,
    which came to nothing usable, and `rungs` say what was asked after each. `answered_by` is the name
    that the server gave to the model, and `fingerprint` its revision. `characters` is how long an answer
    is in what its judge sees of it; it may be empty there, or imitate a judge. Of a streamed answer `first_words`
    are the seconds until it began.
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
    characters: int | None = None
    is_empty: bool = False
    is_imitation: bool = False
    before: tuple[tuple[bytes, Usage], ...] = ()
    rungs: tuple[Rung, ...] = ()
    blamed: str | None = None
    first_words: float | None = None
    tokens_per_second: float | None = None

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
            characters=len(said),
            is_empty=not said or said.isspace(),
            is_imitation=imitates(said),
            first_words=reply.first_words,
            tokens_per_second=reply.tokens_per_second,
        )

    @classmethod
    def judged(
        cls,
        cell: Cell,
        replies: Sequence[tuple[bytes, Reply]],
        verdict: Verdict,
        rungs: tuple[Rung, ...] = (),
    ) -> Self:
        """Return the outcome of a cell whose calls have these replies, by key."""
        key, reply = replies[-1]
        before = tuple((earlier, said.usage) for earlier, said in replies[:-1]) if rungs else ()
        return cls(
            cell,
            reply.usage,
            verdict,
            key=key,
            answered_by=reply.model,
            fingerprint=reply.fingerprint,
            before=before,
            rungs=rungs,
        )

    @property
    def winner(self) -> str | None:
        """The name of the model that won a game, or "tie"; None without a verdict."""
        if not isinstance(self.verdict, Choice) or self.cell.opponent is None:
            return None
        if self.verdict.winner == "tie":
            return "tie"
        is_first = (self.verdict.winner == "A") == (self.cell.order == 1)
        return self.cell.target if is_first else self.cell.opponent

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
    """Yield every cell of the plan, question by question: each conversation, then what needs several.

    Then come the judgments that were imported, of which those in the log are all there are.
    """
    yield from _live(plan.live(), store, causes)
    yield from _imported(plan, store)


def _live(plan: Plan, store: Store, causes: dict[bytes, Cause]) -> Iterator[Outcome]:
    pairs = Pairs(plan)
    talks = {target.name: frozenset(_ids(plan, target)) for target in plan.sweep.asked}
    for question in plan.questions:
        said: dict[tuple[str, int], _Answers] = {}
        for choice in range(plan.sweep.choices):
            for target in plan.sweep.asked:
                if (question.id, choice) not in talks[target.name]:
                    continue
                said[target.name, choice] = answers = _Answers()
                texts: tuple[str, ...] = ()
                for outcome, text in _conversation(plan, store, causes, question, target, choice):
                    yield outcome
                    if outcome.cell.judge is None:
                        texts += (text,)
                        answers.append((texts, outcome.cause))
        for meeting in pairs.meetings(question):
            for cell in pairs.cells(question, meeting):
                yield _meeting(plan, store, causes, question, cell, said)


def _ids(plan: Plan, target: Target) -> Iterator[tuple[str, int]]:
    return ((question.id, choice) for question, choice in plan.talks(target))


_Answers = list[tuple[tuple[str, ...], Cause | None]]
"""For each turn, a conversation's texts so far as judges see them, or the cause why there are none."""


def _conversation(
    plan: Plan,
    store: Store,
    causes: dict[bytes, Cause],
    question: Question,
    target: Target,
    choice: int,
) -> Iterator[tuple[Outcome, str]]:
    """Yield the outcome of each cell, and the text of an answer as judges see it."""
    for found in walk(plan, question, target, choice, store.get):
        cell = found.step.cell
        if cell.judge is not None:
            yield _judgment(causes, found), ""
        elif found.missing is None:
            key, reply = found.replies[-1]
            yield Outcome.answered(cell, key, reply), plan.shown(reply)
        else:
            cause = causes.get(found.missing, Cause.NOT_REACHED)
            yield Outcome(cell, cause=cause), ""
            for lost in dependents(plan, question, cell):
                its = cause if lost.turn == cell.turn else Cause.NOT_REACHED
                yield Outcome(lost, cause=its, is_dependent=True), ""


def _meeting(
    plan: Plan,
    store: Store,
    causes: dict[bytes, Cause],
    question: Question,
    cell: Cell,
    said: Mapping[tuple[str, int], _Answers],
) -> Outcome:
    """Return what a judgment came to that needs several answers.

    One that lacks an answer has the cause why that is missing.
    """
    needed = [(cell.target, cell.choice)]
    if cell.opponent is not None:
        needed.append((cell.opponent, cell.choice))
    if question.needs_reference and plan.sweep.author is not None:
        needed.append((plan.sweep.author.name, 0))
    texts: list[tuple[str, ...]] = []
    for who in needed:
        its, cause = said[who][cell.turn - 1]
        if cause is not None:
            return Outcome(cell, cause=cause, is_dependent=True, blamed=who[0])
        texts.append(its)
    references = texts.pop() if question.needs_reference else ()
    shown = {name: its for (name, _), its in zip(needed, texts, strict=False)}
    asked = step(plan, question, cell, shown, references)
    return _judgment(causes, look_up(plan, asked, store.get))


def _judgment(causes: dict[bytes, Cause], found: Found) -> Outcome:
    cell = found.step.cell
    if found.verdict is None:
        cause = causes.get(found.missing or b"", Cause.NOT_REACHED)
        return Outcome(cell, cause=cause)
    return Outcome.judged(cell, found.replies, found.verdict, found.rungs)


def _imported(plan: Plan, store: Store) -> Iterator[Outcome]:
    """Yield the judgments in the log that are of imported judges and of the plan's cells.

    They are read by FastChat's rule, by which they were recorded.
    """
    judges = {judge.name for judge in plan.sweep.judges if plan.sweep.is_imported(judge)}
    if not judges:
        return
    questions = {question.id: question for question in plan.questions}
    models: set[str | None] = {target.name for target in plan.sweep.targets}
    opponents = models | {None}
    for record in store.records():
        cell, reply = record.cell, record.reply
        question = questions.get(cell.question)
        if (
            cell.judge not in judges
            or question is None
            or cell.turn > len(question.turns)
            or cell.target not in models
            or cell.opponent not in opponents
        ):
            continue
        cell = replace(cell, category=question.category)
        if FAILED in reply.flags:
            yield Outcome(cell, cause=Cause.SERVER)
            continue
        read: Verdict = (
            read_score(reply.text, rule="fastchat")
            if cell.opponent is None
            else read_choice(reply.text, rule="fastchat")
        )
        yield Outcome.judged(cell, ((record.key, reply),), read)


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
