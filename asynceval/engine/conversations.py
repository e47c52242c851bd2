"""The conversations of a sweep: held, judged and replayed, one at a time."""

from collections.abc import Callable, Collection, Generator, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

from anyio import create_task_group
from anyio.abc import TaskGroup

from asynceval.domain.cell import Cell
from asynceval.domain.errors import AsyncEvalError
from asynceval.domain.question import Question
from asynceval.domain.reply import Reply
from asynceval.domain.sweep import Only, Target
from asynceval.engine.cells import Cells
from asynceval.engine.meetings import Meetings
from asynceval.engine.stop import Stop
from asynceval.protocol.conversation import Plan, Step, conversation, dependents
from asynceval.protocol.walk import Find, Found, look_up, walk

_AT_ONCE = 32
"""How many meetings' judgments one answer starts at the same time; the others follow them."""


@dataclass(slots=True, eq=False)
class Talk:
    """One conversation to hold; `postponed` are its judgments that wait for an endpoint that is down.

    `ended` is called when the last task that works at it has left.
    """

    question: Question
    target: Target
    choice: int
    ended: "Callable[[Talk], None]"
    postponed: list[Cell] = field(default_factory=list)
    _tasks: int = 0

    def enter(self) -> None:
        """Count a task more."""
        self._tasks += 1

    def leave(self) -> None:
        """Count a task less."""
        self._tasks -= 1
        if not self._tasks:
            self.ended(self)


class Conversations:
    """Holds the conversations of a plan, as far as `find` does not have them.

    With `only` "judgments" no target is asked, and the answers that are there are judged; nor are
    imported targets ever.
    """

    def __init__(self, plan: Plan, find: Find, cells: Cells, stop: Stop, only: Only | None) -> None:
        """Prepare; nothing is asked yet."""
        self._plan = plan
        self._find = find
        self._cells = cells
        self._meetings = Meetings(plan, find, cells.spoil)
        self._stop = stop
        self._only = only
        self._imported = {t.name for t in plan.sweep.targets if plan.sweep.is_imported(t)}

    def is_over(self, talk: Talk) -> bool:
        """Whether nothing is left to do for a conversation and its games; what is there was told."""
        try:
            return self._is_lost(talk) or self._replay(talk)
        except AsyncEvalError:
            raise
        except Exception:  # noqa: BLE001 - a defect of ours, which is met again and told in there
            return False

    def asks(self, talk: Talk) -> bool:
        """Whether the first thing to do for a conversation is to ask its target."""
        if not self._may_ask(talk.target.name):
            return False
        step = next(conversation(self._plan, talk.question, talk.target, talk.choice))
        return self._find(step.call.key()) is None

    async def hold(self, talk: Talk, judging: TaskGroup, answered: Callable[[], None]) -> None:
        """Ask for the answers, and start each judgment in `judging` as soon as what it needs is there.

        Call `answered` when there are no more answers to ask for. There is no task group for each
        conversation, since these take long to make and to leave.
        """
        steps = self._steps(talk)
        reply, judgment = None, None
        talk.enter()
        try:
            while (step := steps.send(reply)) is not None:
                if judgment is not None:
                    self._start(judging, talk, iter((judgment,)))
                    judgment = None
                if step.cell.judge is not None:
                    judgment = step
                    continue
                reply = await self._answer(step)
                if reply is None:
                    self._lose(talk.question, step.cell)
                    continue
                due = self._settle(talk.question, step.cell, is_there=True)
                for first in islice(due, _AT_ONCE):
                    self._start(judging, talk, chain((first,), due))
            answered()
            if judgment is not None:
                # The last one needs no task of its own.
                await self._cells.fill(judgment, talk.postponed)
        finally:
            talk.leave()

    async def judge(self, talk: Talk, judges: Collection[str]) -> None:
        """Fill the judgments of these judges that were put off while their endpoint was down."""
        async with create_task_group() as judging:
            for cell in talk.postponed:
                if cell.judge not in judges:
                    continue
                step = self._meetings.step(talk.question, cell)
                judging.start_soon(self._cells.fill, step)

    def _start(self, judging: TaskGroup, talk: Talk, steps: Iterator[Step]) -> None:
        talk.enter()
        judging.start_soon(self._judge, talk, steps)

    async def _judge(self, talk: Talk, steps: Iterator[Step]) -> None:
        """Have judged what nobody else has begun, one after the other."""
        try:
            for step in steps:
                await self._cells.fill(step, talk.postponed)
        finally:
            talk.leave()

    def _is_lost(self, talk: Talk) -> bool:
        """Whether nothing can be done for a conversation: no answer is there, none may be asked."""
        if self._may_ask(talk.target.name):
            return False
        step = next(conversation(self._plan, talk.question, talk.target, talk.choice))
        if self._find(step.call.key()) is not None:
            return False
        self._lose(talk.question, step.cell)
        return True

    def _replay(self, talk: Talk) -> bool:
        """Take a conversation from the store; False, and nothing told, if it is not all there."""
        there: list[Found] = []
        for found in walk(self._plan, talk.question, talk.target, talk.choice, self._find):
            if found.missing is not None:
                return False
            there.append(found)
        landed = [found.step.cell for found in there if found.step.cell.judge is None]
        for answer in landed:
            due, _ = self._meetings.due(talk.question, answer, is_there=True)
            for step in self._meetings.steps(talk.question, due):
                found = look_up(self._plan, step, self._find)
                if found.missing is not None:
                    return False
                there.append(found)
        for found in there:
            self._cells.found(found)
        for answer in landed:
            self._settle(talk.question, answer, is_there=True)
        return True

    def _steps(self, talk: Talk) -> Generator[Step | None, Reply | None, None]:
        """Yield a conversation's steps, and None at its end; a defect of ours ends it too."""
        steps = conversation(self._plan, talk.question, talk.target, talk.choice)
        met: list[Cell] = []
        try:
            step = next(steps)
            while True:
                met.append(step.cell)
                step = steps.send((yield step))
        except StopIteration:
            pass
        except AsyncEvalError:
            raise
        except Exception as error:  # noqa: BLE001 - one conversation's defect must not end the run
            self._spoil(talk, met, error)
        yield None

    def _spoil(self, talk: Talk, met: list[Cell], error: Exception) -> None:
        question = talk.question
        first = Cell(question.id, question.category, 1, talk.target.name, talk.choice)
        failure = self._cells.defect(met[-1] if met else first, error)
        for cell in (first, *dependents(self._plan, question, first)):
            if cell not in met:
                self._cells.fail(cell, failure)
                if cell.judge is None:
                    self._settle(question, cell, is_there=False)

    async def _answer(self, step: Step) -> Reply | None:
        if self._may_ask(step.cell.target):
            return await self._cells.fill(step)
        found = look_up(self._plan, step, self._find)
        if found.missing is not None:
            return None
        self._cells.found(found)
        return found.replies[-1][1]

    def _may_ask(self, target: str) -> bool:
        """Whether the target is asked for answers that are not there."""
        return self._only != "judgments" and target not in self._imported

    def _settle(self, question: Question, answer: Cell, *, is_there: bool) -> Iterator[Step]:
        """Note that an answer has landed, or never will; return what can be judged because of it."""
        due, lost = self._meetings.due(question, answer, is_there=is_there)
        self._meetings.settle(question, answer, is_there=is_there)
        for cell in self._meetings.cells(question, lost):
            self._cells.lose(cell)
        return self._meetings.steps(question, due)

    def _lose(self, question: Question, answer: Cell) -> None:
        """Tell what cannot be filled because this answer is missing."""
        if self._stop.is_requested:
            return
        self._settle(question, answer, is_there=False)
        for cell in dependents(self._plan, question, answer):
            self._cells.lose(cell)
            if cell.judge is None:
                self._settle(question, cell, is_there=False)
