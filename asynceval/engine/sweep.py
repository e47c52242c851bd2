"""The sweep: a lane for each target, a coroutine for each open conversation."""

from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass

from anyio import create_task_group
from anyio.lowlevel import checkpoint

from asynceval.conversation import Plan, Step, conversation, dependents, verdict, walk
from asynceval.domain.cell import Cell
from asynceval.domain.errors import AsyncEvalError
from asynceval.domain.events import AnswerLanded, CallFailed, JudgmentLanded, Lane, Listener
from asynceval.domain.failure import Cause, Failure
from asynceval.domain.question import Question
from asynceval.domain.reply import Reply
from asynceval.domain.sweep import Only, Target
from asynceval.engine.attempts import POSTPONED
from asynceval.engine.client import Answered, Client
from asynceval.engine.stop import Stop
from asynceval.engine.window import LaneWindow, Window
from asynceval.store.store import Store

_REPLAYS_AT_ONCE = 20


class Sweep:
    """Holds every conversation of a plan and has it judged, as far as the store has it not yet.

    With `only` "answers" nothing is judged; with "judgments" no target is asked, and the answers
    that are there are judged. `filled` counts the cells that have their reply.
    """

    def __init__(
        self,
        plan: Plan,
        store: Store,
        client: Client,
        stop: Stop,
        tell: Listener,
        connect: Callable[[], Awaitable[None]],
        only: Only | None = None,
    ) -> None:
        """Prepare. `connect` makes the endpoints ready; it is awaited before the first call."""
        self._plan = plan.without_judges() if only == "answers" else plan
        self._judging = {judge.name: judge.endpoint for judge in self._plan.sweep.judges}
        self._answering = {target.name: target.endpoint for target in plan.sweep.targets}
        self._store = store
        self._client = client
        self._stop = stop
        self._tell = tell
        self._connect = connect
        self._only = only
        self.filled = 0

    def lanes(self) -> tuple[Lane, ...]:
        """Return how many cells each target and each judge has to fill, by the plan."""
        sweep = self._plan.sweep
        turns = sum(len(question.turns) for question in self._plan.questions) * sweep.choices
        answers = turns * len(sweep.targets)
        gates = {endpoint.name: endpoint.gate for endpoint in sweep.endpoints}
        return (
            *(
                Lane("target", t.name, t.endpoint, gates[t.endpoint], turns, t.price)
                for t in sweep.targets
            ),
            *(
                Lane("judge", j.name, j.endpoint, gates[j.endpoint], answers * j.repeats, j.price)
                for j in sweep.judges
            ),
        )

    async def run(self) -> None:
        """Fill every cell that can be filled."""
        sweep = self._plan.sweep
        parallel = {endpoint.name: endpoint.most_in_flight for endpoint in sweep.endpoints}
        judging = set(self._judging.values())
        windows = {
            # Twice what can be in flight for these conversations, so no slot waits for a question.
            target.endpoint: Window(2 * sum(parallel[e] for e in {target.endpoint} | judging))
            for target in sweep.targets
        }
        lanes = [(target, windows[target.endpoint].lane()) for target in sweep.targets]
        async with create_task_group() as tasks:
            for target, window in lanes:
                tasks.start_soon(self._lane, target, window)

    async def _lane(self, target: Target, window: LaneWindow) -> None:
        is_connected = False
        later: list[_Postponed] = []
        async with create_task_group() as conversations:
            for number, (question, choice) in enumerate(self._plan.conversations()):
                if self._is_over(question, target, choice):
                    if number % _REPLAYS_AT_ONCE == 0:
                        await checkpoint()
                    continue
                if not is_connected and not self._stop.is_requested:
                    await self._connect()
                    is_connected = True
                await window.enter()
                if self._stop.is_requested:
                    break
                conversations.start_soon(self._converse, question, target, choice, window, later)
        async with create_task_group() as conversations:
            for postponed in later:
                await window.enter()
                if self._stop.is_requested:
                    break
                conversations.start_soon(self._judge, target, postponed, window)
            window.close()

    def _is_over(self, question: Question, target: Target, choice: int) -> bool:
        """Whether there is nothing left to do for a conversation."""
        try:
            return self._is_lost(question, target, choice) or self._replay(question, target, choice)
        except AsyncEvalError:
            raise
        except Exception:  # noqa: BLE001 - a defect of ours, which is met again and told in there
            return False

    def _is_lost(self, question: Question, target: Target, choice: int) -> bool:
        """Whether nothing can be done for a conversation: no answer is there, none may be asked."""
        if self._only != "judgments":
            return False
        step = next(conversation(self._plan, question, target, choice))
        if self._store.get(step.call.key()) is not None:
            return False
        self._tell_dependents(question, step.cell)
        return True

    def _replay(self, question: Question, target: Target, choice: int) -> bool:
        """Take a conversation from the store; False, and nothing told, if it is not all there."""
        found = []
        for step, key, reply in walk(self._plan, question, target, choice, self._store.get):
            if reply is None:
                return False
            found.append((step.cell, key, reply))
        for cell, key, reply in found:
            self._landed(cell, key, reply, stored=True)
        return True

    async def _converse(
        self,
        question: Question,
        target: Target,
        choice: int,
        window: LaneWindow,
        later: list["_Postponed"],
    ) -> None:
        steps = conversation(self._plan, question, target, choice)
        postponed = _Postponed(question, choice, [])
        met: list[Cell] = []
        reply, judgment = None, None
        try:
            async with create_task_group() as games:
                while (step := self._next(steps, reply, target, postponed, met)) is not None:
                    met.append(step.cell)
                    if judgment is not None:
                        games.start_soon(self._fill, judgment, postponed)
                        judgment = None
                    if step.cell.judge is not None:
                        judgment = step
                        continue
                    reply = await self._answer(step)
                    if reply is None:
                        self._tell_dependents(question, step.cell)
                if judgment is not None:
                    # The last one needs no task of its own.
                    await self._fill(judgment, postponed)
        finally:
            window.leave()
        if postponed.cells:
            later.append(postponed)

    def _next(
        self,
        steps: Generator[Step, Reply | None, None],
        reply: Reply | None,
        target: Target,
        postponed: "_Postponed",
        met: list[Cell],
    ) -> Step | None:
        """Return a conversation's next step, None at its end; a defect of ours ends it too."""
        try:
            return steps.send(reply)
        except StopIteration:
            return None
        except AsyncEvalError:
            raise
        except Exception as error:  # noqa: BLE001 - one conversation's defect must not end the run
            question = postponed.question
            first = Cell(question.id, question.category, 1, target.name, postponed.choice)
            failure = self._client.defect(met[-1] if met else first, error)
            for cell in (first, *dependents(self._plan, question, first)):
                if cell not in met:
                    self._tell(CallFailed(cell, self._endpoint(cell), failure))
            return None

    async def _judge(self, target: Target, postponed: "_Postponed", window: LaneWindow) -> None:
        """Fill the judgments that were put off while their endpoint was down."""
        question, choice = postponed.question, postponed.choice
        try:
            async with create_task_group() as games:
                for step, _, _ in walk(self._plan, question, target, choice, self._store.get):
                    if step.cell in postponed.cells:
                        games.start_soon(self._fill, step)
        finally:
            window.leave()

    def _tell_dependents(self, question: Question, answer: Cell) -> None:
        if self._stop.is_requested:
            return
        failure = Failure(Cause.NOT_REACHED, "the answer it depends on is missing")
        for cell in dependents(self._plan, question, answer):
            self._tell(CallFailed(cell, self._endpoint(cell), failure))

    def _endpoint(self, cell: Cell) -> str:
        return self._answering[cell.target] if cell.judge is None else self._judging[cell.judge]

    async def _answer(self, step: Step) -> Reply | None:
        if self._only != "judgments":
            return await self._fill(step)
        key = step.call.key()
        reply = self._store.get(key)
        if reply is not None:
            self._landed(step.cell, key, reply, stored=True)
        return reply

    async def _fill(self, step: Step, postponed: "_Postponed | None" = None) -> Reply | None:
        cell, endpoint = step.cell, self._endpoint(step.cell)
        may_postpone = postponed is not None and endpoint != self._answering[cell.target]
        outcome = await self._client.ask(
            step.call, cell, endpoint, _priority(cell), may_postpone=may_postpone
        )
        if isinstance(outcome, Answered):
            self._landed(cell, outcome.key, outcome.reply, stored=outcome.stored)
            return outcome.reply
        if outcome is POSTPONED and postponed is not None:
            postponed.cells.append(cell)
        return None

    def _landed(self, cell: Cell, key: bytes, reply: Reply, *, stored: bool) -> None:
        self.filled += 1
        if cell.judge is None:
            self._tell(AnswerLanded(cell, key, reply, stored))
        else:
            self._tell(JudgmentLanded(cell, key, reply, verdict(self._plan, reply), stored))


@dataclass(frozen=True, slots=True)
class _Postponed:
    """A conversation's judgments that are put off to the end, since their endpoint is down."""

    question: Question
    choice: int
    cells: list[Cell]


def _priority(cell: Cell) -> int:
    """Return how late a call may go: later turns first, then judging, new conversations last.

    So few conversations are half paid at any moment, should the run end there.
    """
    if cell.judge is not None:
        return 0
    return 1 if cell.turn == 1 else -cell.turn
