"""Exports: what a run asked itself, as rows of FastChat's files."""

import re
from collections import Counter as Counts
from collections import defaultdict
from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from asynceval.benchmarks.records import Record
from asynceval.bridge import layout
from asynceval.domain.cell import Cell, Order
from asynceval.domain.question import Question
from asynceval.domain.sweep import Target
from asynceval.domain.verdict import Choice, Score
from asynceval.prompts.template import TemplateMode
from asynceval.protocol.conversation import Plan
from asynceval.protocol.pairs import Meeting, Pairs, step
from asynceval.protocol.walk import Found, answers, look_up, referenced, walk
from asynceval.store.store import Store

Row = tuple[str, Record]
"""The name of a file, and a row of it."""

_FIT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+@=-]{0,99}")


class Exports:
    """The rows of a run, but for those that were imported; `notes` counts what does not fit.

    `taken` are the files that the imported rows fill, `known` the ids of their questions.
    """

    def __init__(
        self, plan: Plan, store: Store, taken: frozenset[str], known: frozenset[str]
    ) -> None:
        """Prepare; nothing is read yet."""
        self._plan = referenced(plan.live(), store.get)
        self._store = store
        self._taken = taken
        self._known = known
        self.notes: Counts[str] = Counts()
        self._numeric = all(_is_number(question.id) for question in self._plan.questions)
        if not self._numeric:
            self.notes[
                "question ids are texts, as not all are whole numbers, which FastChat has"
            ] += 1

    def rows(self) -> Iterator[Row]:
        """Yield every row: questions, references, answers, single judgments, pairs."""
        sweep = self._plan.sweep
        questions = sorted(self._plan.questions, key=self._order)
        yield from self._questions(questions)
        for judge in sweep.judges:
            yield from self._references(judge.name, questions)
        for target in sweep.targets:
            if not sweep.is_imported(target):
                yield from self._answers(target, questions)
            for question in questions:
                yield from self._single(target, question)
        for one, other in Pairs(self._plan).all():
            for question in questions:
                for turn in range(1, len(question.turns) + 1):
                    yield from self._pairs(question, turn, one, other)

    def _questions(self, questions: list[Question]) -> Iterator[Row]:
        for question in questions:
            if layout.QUESTIONS in self._taken and question.id in self._known:
                continue
            row: Record = {
                "question_id": self._id(question),
                "category": question.category,
                "turns": question.turns,
            }
            if question.temperature is not None:
                row["required_temperature"] = question.temperature
            yield layout.QUESTIONS, row

    def _references(self, judge: str, questions: list[Question]) -> Iterator[Row]:
        """Yield the references under the judge's name, by which FastChat looks for them."""
        name = self._fit(judge)
        file = f"{layout.REFERENCES}/{name}.jsonl"
        if file in self._taken:
            return
        for question in questions:
            if question.reference:
                yield file, self._answer(question, name, [question.reference], 0.0)

    def _answers(self, target: Target, questions: list[Question]) -> Iterator[Row]:
        name = self._model(target.name)
        for question in questions:
            choices: list[tuple[str, ...]] = []
            at = 0.0
            for choice in range(self._plan.sweep.choices):
                texts: list[str] = []
                for found in walk(
                    self._plan.without_judges(), question, target, choice, self._store.get
                ):
                    if found.missing is None:
                        key, reply = found.replies[-1]
                        texts.append(self._plan.shown(reply))
                        at = self._at(key)
                if len(texts) < len(question.turns):
                    # FastChat judges the first, so none may take the place of another.
                    left_out = self._plan.sweep.choices - choice
                    self.notes["conversations without all their answers: left out"] += left_out
                    break
                choices.append(tuple(texts))
            if choices:
                file = f"{layout.ANSWERS}/{name}.jsonl"
                yield file, self._answer(question, name, choices, at)

    def _answer(
        self, question: Question, name: str, choices: list[tuple[str, ...]], at: float
    ) -> Record:
        made = sha256(repr((question.id, name, choices)).encode()).hexdigest()
        return {
            "question_id": self._id(question),
            "answer_id": made[:22],
            "model_id": name,
            "choices": [{"index": n, "turns": turns} for n, turns in enumerate(choices)],
            "tstamp": at,
        }

    def _single(self, target: Target, question: Question) -> Iterator[Row]:
        """Yield the judgments of a target's first choice, the only one that FastChat judges."""
        for found in walk(self._plan, question, target, 0, self._store.get):
            cell = found.step.cell
            if cell.judge is None:
                continue
            if found.missing is not None:
                self.notes["judgments that are not there: left out"] += 1
                continue
            key, reply = found.replies[-1]
            score = found.verdict.value if isinstance(found.verdict, Score) else -1
            judge = self._fit(cell.judge)
            row: Record = {
                "question_id": self._id(question),
                "model": self._model(target.name),
                "judge": [judge, self._template(question, cell)],
                "user_prompt": found.step.call.messages[-1].content,
                "judgment": reply.text,
                "score": int(score) if float(score).is_integer() else score,
                "turn": cell.turn,
                "tstamp": self._at(key),
            }
            yield self._judgments(judge, "single"), _repeated(row, cell)
        if self._plan.sweep.choices > 1:
            self.notes["judgments of further choices, which FastChat has not: left out"] += 1

    def _pairs(self, question: Question, turn: int, one: str, other: str) -> Iterator[Row]:
        texts = {}
        for target in self._plan.sweep.targets:
            if target.name in (one, other):
                texts[target.name] = answers(self._plan, question, target, 0, self._store.get, turn)
        games: defaultdict[tuple[str, str | None, int], dict[Order, Found]] = defaultdict(dict)
        expected = 0
        for cell in Pairs(self._plan).cells(question, Meeting(turn, 0, (one, other))):
            expected += 1
            if all(len(said) == turn for said in texts.values()) and not question.needs_reference:
                asked = step(self._plan, question, cell, texts, ())
                found = look_up(self._plan, asked, self._store.get)
                if found.missing is None:
                    games[cell.target, cell.judge, cell.repeat][cell.order] = found
        for its in games.values():
            if len(its) == 2:
                expected -= 2
                yield self._pair(question, its[1], its[2])
        if expected:
            self.notes["games without the other order, which FastChat needs: left out"] += expected

    def _pair(self, question: Question, first: Found, second: Found) -> Row:
        cell = first.step.cell
        judge = self._fit(cell.judge or "")
        row: Record = {
            "question_id": self._id(question),
            "model_1": self._model(cell.target),
            "model_2": self._model(cell.opponent or ""),
            "g1_winner": self._winner(first),
            "g2_winner": self._winner(second),
            "judge": [judge, self._template(question, cell)],
        }
        for number, found in enumerate((first, second), 1):
            row[f"g{number}_user_prompt"] = found.step.call.messages[-1].content
            row[f"g{number}_judgment"] = found.replies[-1][1].text
        row |= {"turn": cell.turn, "tstamp": self._at(second.replies[-1][0])}
        return self._judgments(judge, "pair"), _repeated(row, cell)

    def _winner(self, found: Found) -> str:
        if not isinstance(found.verdict, Choice):
            return "error"
        if found.verdict.winner == "tie":
            return "tie"
        is_first = (found.verdict.winner == "A") == (found.step.cell.order == 1)
        return "model_1" if is_first else "model_2"

    def _template(self, question: Question, cell: Cell) -> str:
        mode: TemplateMode = "single" if cell.opponent is None else "pairwise"
        references = bool(question.reference[: cell.turn])
        return self._plan.templates.pick(mode, cell.turn, references).name

    def _judgments(self, judge: str, kind: layout.Kind) -> str:
        """Return a judge's file: beside one of that name that was imported, not in it."""
        file = f"{layout.JUDGMENTS}/{judge}_{kind}.jsonl"
        return f"{layout.JUDGMENTS}/{judge}-asynceval_{kind}.jsonl" if file in self._taken else file

    def _model(self, name: str) -> str:
        """Return the name of a model in the files; one that was imported keeps the name it came with."""
        is_imported = any(
            target.name == name and self._plan.sweep.is_imported(target)
            for target in self._plan.sweep.targets
        )
        return name if is_imported else self._fit(name)

    def _fit(self, name: str) -> str:
        """Return a name that FastChat can have for a file; it looks for none in sub-folders."""
        if _FIT.fullmatch(name):
            return name
        readable = re.sub(r"[^A-Za-z0-9._+@=-]+", "-", name).strip(".-")[:80]
        fit = f"{readable}-{sha256(name.encode()).hexdigest()[:6]}".strip("-")
        self.notes[f"{name} is called {fit}, as a file's name cannot be that"] = 1
        return fit

    def _id(self, question: Question) -> int | str:
        return int(question.id) if self._numeric else question.id

    def _order(self, question: Question) -> tuple[int, str]:
        return (int(question.id) if self._numeric else 0, question.id)

    def _at(self, key: bytes) -> float:
        record = self._store.record(key)
        return 0.0 if record is None else record.at


def _repeated(row: Record, cell: Cell) -> Record:
    """Return the row with its repeat, which FastChat's tools do not read."""
    return {**row, "repeat": cell.repeat} if cell.repeat else row


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdecimal() and str(int(name)) == name
