"""The meetings of a sweep: judged by whoever settles last, so that nobody waits for another."""

from collections import defaultdict
from collections.abc import Callable, Iterator

from asynceval.domain.cell import Cell
from asynceval.domain.errors import AsyncEvalError
from asynceval.domain.question import Question
from asynceval.protocol.conversation import Plan, Step
from asynceval.protocol.pairs import Meeting, Pairs, step
from asynceval.protocol.walk import Find, answers


class Meetings:
    """Which answers have landed, which never will, and what can be judged because of that.

    It holds a word for each answer, and no text: texts are read back by `find`. `spoil` is told of a
    judgment that could not be prepared for a defect of ours.
    """

    def __init__(self, plan: Plan, find: Find, spoil: Callable[[Cell, Exception], None]) -> None:
        """Start with nothing settled."""
        self._plan = plan
        self._find = find
        self._spoil = spoil
        self._author = plan.sweep.author
        self._targets = {target.name: target for target in plan.sweep.asked}
        # By question, choice and turn: the targets that are settled there, and whether they landed.
        self._settled: defaultdict[tuple[str, int, int], dict[str, bool]] = defaultdict(dict)
        self._references: dict[tuple[str, int], bool] = {}
        self._pairs = Pairs(plan)

    def settle(self, question: Question, answer: Cell, *, is_there: bool) -> None:
        """Note that an answer has landed, or never will."""
        if self._writes(question, answer):
            self._references[question.id, answer.turn] = is_there
        opponents = self._pairs.opponents.get(answer.target)
        if opponents or (opponents is not None and question.needs_reference):
            self._settled[question.id, answer.choice, answer.turn][answer.target] = is_there

    def due(
        self, question: Question, answer: Cell, *, is_there: bool
    ) -> tuple[list[Meeting], list[Meeting]]:
        """Return the meetings that are decided when an answer settles: those to judge, those lost."""
        judged: list[Meeting] = []
        lost: list[Meeting] = []
        for meeting, all_there in self._due(question, answer, is_there=is_there):
            (judged if all_there else lost).append(meeting)
        return judged, lost

    def _due(
        self, question: Question, answer: Cell, *, is_there: bool
    ) -> Iterator[tuple[Meeting, bool]]:
        turn = answer.turn
        if self._writes(question, answer):
            for choice in range(self._plan.sweep.choices):
                settled = dict(self._settled.get((question.id, choice, turn), {}))
                if choice == answer.choice and answer.target in self._pairs.opponents:
                    settled[answer.target] = is_there
                while settled:
                    name, there = settled.popitem()
                    yield Meeting(turn, choice, (name,)), there and is_there
                    yield from self._with(name, turn, choice, settled, there and is_there)
            return
        has_reference = True
        if question.needs_reference:
            if (question.id, turn) not in self._references:
                return
            has_reference = self._references[question.id, turn]
        if answer.target not in self._pairs.opponents:
            return
        all_there = is_there and has_reference
        if question.needs_reference:
            yield Meeting(turn, answer.choice, (answer.target,)), all_there
        settled = self._settled.get((question.id, answer.choice, turn), {})
        yield from self._with(answer.target, turn, answer.choice, settled, all_there)

    def _with(
        self, name: str, turn: int, choice: int, settled: dict[str, bool], all_there: bool
    ) -> Iterator[tuple[Meeting, bool]]:
        """Yield the meetings of a target with its opponents among those that are settled."""
        for other in self._pairs.opponents[name]:
            if other in settled:
                yield Meeting(turn, choice, (name, other)), all_there and settled[other]

    def _writes(self, question: Question, answer: Cell) -> bool:
        """Whether an answer is the reference of its question."""
        author = self._author
        return (
            question.needs_reference
            and author is not None
            and (answer.target, answer.choice) == (author.name, 0)
        )

    def cells(self, question: Question, meetings: list[Meeting]) -> Iterator[Cell]:
        """Yield the cells of meetings."""
        for meeting in meetings:
            yield from self._pairs.cells(question, meeting)

    def steps(self, question: Question, meetings: list[Meeting]) -> Iterator[Step]:
        """Yield the steps of meetings whose answers are all there."""
        for meeting in meetings:
            texts: dict[str, tuple[str, ...]] = {}
            for cell in self._pairs.cells(question, meeting):
                try:
                    yield self._step(question, cell, texts)
                except AsyncEvalError:
                    raise
                except Exception as error:  # noqa: BLE001 - one judgment's defect must not end the run
                    self._spoil(cell, error)

    def step(self, question: Question, cell: Cell) -> Step:
        """Return the step of a cell whose answers are all there."""
        return self._step(question, cell, {})

    def _step(self, question: Question, cell: Cell, texts: dict[str, tuple[str, ...]]) -> Step:
        """Return the step of a cell; `texts` are what was read for its meeting, by whose they are."""
        for name in (cell.target, cell.opponent):
            if name is not None and name not in texts:
                texts[name] = self._texts(question, cell, name, cell.choice)
        references: tuple[str, ...] = ()
        if question.needs_reference and self._author is not None:
            references = self._texts(question, cell, self._author.name, 0)
        return step(self._plan, question, cell, texts, references)

    def _texts(self, question: Question, cell: Cell, name: str, choice: int) -> tuple[str, ...]:
        return answers(self._plan, question, self._targets[name], choice, self._find, cell.turn)
