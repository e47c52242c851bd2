"""The cells of a plan as a run fills them, one call after the other, and what is told of them."""

from asynceval.domain.cell import Cell
from asynceval.domain.events import (
    Answered,
    AnswerLanded,
    CallFailed,
    JudgmentLanded,
    Listener,
)
from asynceval.domain.failure import Cause, Failure
from asynceval.domain.reply import Reply
from asynceval.domain.verdict import Rung, Verdict
from asynceval.engine.client import Client
from asynceval.engine.entrance import POSTPONED
from asynceval.protocol.conversation import Plan, Step
from asynceval.protocol.ladder import Ladder
from asynceval.protocol.walk import Found

_LOST = Failure(Cause.NOT_REACHED, "an answer it depends on is missing")


class Cells:
    """Fills cells and tells of it. `filled` counts those that have their reply."""

    def __init__(self, plan: Plan, client: Client, tell: Listener) -> None:
        """Start with nothing filled."""
        self._plan = plan
        self._client = client
        self._tell = tell
        self._judging = {judge.name: judge.endpoint for judge in plan.sweep.judges}
        self._answering = {target.name: target.endpoint for target in plan.sweep.asked}
        self.filled = 0

    async def fill(self, step: Step, postponed: list[Cell] | None = None) -> Reply | None:
        """Return the reply that fills a step's cell, None if there is none.

        A judgment whose endpoint is down, and is not its answer's, is put on the list `postponed`.
        """
        cell, endpoint = step.cell, self._endpoint(step.cell)
        may_postpone = postponed is not None and endpoint != self._answering[cell.target]
        replies: list[Answered] = []
        ladder = None if cell.judge is None else Ladder(self._plan, step)
        asked: Step | None = step
        while asked is not None:
            outcome = await self._client.ask(
                asked.call, cell, endpoint, _priority(cell), may_postpone=may_postpone
            )
            if not isinstance(outcome, Answered):
                if outcome is POSTPONED and postponed is not None:
                    postponed.append(cell)
                return None
            replies.append(outcome)
            asked = None if ladder is None else ladder.take(outcome.reply)
        if ladder is None:
            self._land(cell, replies)
        else:
            self._land(cell, replies, ladder.verdict, ladder.rungs)
        return replies[-1].reply

    def found(self, found: Found) -> None:
        """Take in a cell that is filled from the store."""
        replies = [Answered(key, reply, True) for key, reply in found.replies]
        self._land(found.step.cell, replies, found.verdict, found.rungs)

    def lose(self, cell: Cell) -> None:
        """Tell that a cell cannot be filled, since an answer it depends on is missing."""
        self.fail(cell, _LOST)

    def spoil(self, cell: Cell, error: Exception) -> None:
        """Tell that a cell is not filled for a defect of ours; to be called where it was caught."""
        self.fail(cell, self.defect(cell, error))

    def defect(self, cell: Cell, error: Exception) -> Failure:
        """Tell of a defect of ours where it was caught, and return the failure it is."""
        return self._client.defect(cell, error)

    def fail(self, cell: Cell, failure: Failure) -> None:
        """Tell why a cell is not filled."""
        self._tell(CallFailed(cell, self._endpoint(cell), failure))

    def _endpoint(self, cell: Cell) -> str:
        return self._answering[cell.target] if cell.judge is None else self._judging[cell.judge]

    def _land(
        self,
        cell: Cell,
        replies: list[Answered],
        verdict: Verdict | None = None,
        rungs: tuple[Rung, ...] = (),
    ) -> None:
        self.filled += 1
        *before, last = replies
        if verdict is None:
            self._tell(AnswerLanded(cell, last.key, last.reply, last.stored))
        else:
            self._tell(
                JudgmentLanded(
                    cell, last.key, last.reply, verdict, last.stored, tuple(before), rungs
                )
            )


def _priority(cell: Cell) -> int:
    """Return how late a call may go: later turns first, then judging, new conversations last.

    So few conversations are half paid at any moment, should the run end there.
    """
    if cell.judge is not None:
        return 0
    return 1 if cell.turn == 1 else -cell.turn
