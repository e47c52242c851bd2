"""The entrance: what a call passes before it is sent. Halts, the money, a place at the gate, the ledger."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from asynceval.domain.cell import Cell
from asynceval.domain.events import BudgetReached, Listener
from asynceval.domain.failure import Cause, Failure
from asynceval.domain.reply import Usage
from asynceval.engine.asked import Asked
from asynceval.engine.forecast import Expected
from asynceval.engine.purse import Purse, Reservation
from asynceval.engine.queue import Admission, Queue, Refusal
from asynceval.engine.route import Route
from asynceval.engine.space import Space
from asynceval.engine.stop import Stop
from asynceval.store.store import Store

STOPPED = Failure(Cause.NOT_REACHED, "the run was stopped")
POSTPONED = Failure(Cause.NOT_REACHED, "its endpoint is down; it is tried again at the end")
UNSENT = (STOPPED, POSTPONED)
_LONG_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Entry:
    """What a call has that may be sent: a place, its money if there is a budget, and what it may take."""

    admission: Admission
    reservation: Reservation | None
    expected: Expected


class Entrance:
    """Lets calls in, one after the other as the limits allow."""

    def __init__(
        self,
        purse: Purse,
        store: Store,
        space: Space,
        stop: Stop,
        tell: Listener,
        clock: Callable[[], float],
    ) -> None:
        """Open. `clock` counts seconds (monotonic)."""
        self._purse = purse
        self._store = store
        self._space = space
        self._stop = stop
        self._tell = tell
        self._clock = clock
        self._told_budgets: set[str | None] = set()

    async def enter(self, asked: Asked, route: Route, expected: Expected) -> Entry | Failure:
        """Wait for the money and for a place, and note what is about to be sent.

        The failure if the call is not to be sent.
        """
        placed = await self._placed(asked, route, expected)
        if isinstance(placed, Failure):
            return placed
        (admission, held), is_let_in = placed, False
        try:
            await self._space.note(
                partial(self._store.note_sent, asked.key, asked.cell, expected.worst)
            )
            if (refused := self._refused(asked, route)) is not None:
                self._store.note_unpaid(asked.key, asked.cell, expected.worst)
                return refused
            is_let_in = True
            return Entry(admission, held, expected)
        finally:
            if not is_let_in:
                self._give_back(held)
                route.gate.withdraw(admission)

    def settle(self, asked: Asked, entry: Entry, usage: Usage | None, *, maybe_paid: bool) -> None:
        """Count what was sent: with the usage of a reply, else as paid or not."""
        if not maybe_paid:
            self._store.note_unpaid(asked.key, asked.cell, entry.expected.worst)
        if entry.reservation is not None:
            self._purse.settle(entry.reservation, usage, maybe_paid=maybe_paid)

    def shut(self, queue: Queue) -> None:
        """Let those who wait with their money give it back, if the server asked for a long wait."""
        if not self._purse.is_open_ended and self._is_shut(queue):
            queue.postpone()

    async def _placed(
        self, asked: Asked, route: Route, expected: Expected
    ) -> tuple[Admission, Reservation | None] | Failure:
        """Return a place and the money.

        The money comes first, so that who waits for it stands in nobody's way at the gate. But who
        waits at an endpoint that is shut holds none, since others could spend it: such a caller
        takes its money when it has a place, and if there is none then it begins anew.
        """
        queue, has_budget = route.queue(asked.call.wire), not self._purse.is_open_ended
        is_money_first = has_budget and not self._is_shut(queue)
        while True:
            held: Reservation | None = None
            if is_money_first:
                held = self._purse.take(asked.cell, expected)
                if held is None:
                    with route.until_halted(asked.call.model):
                        held = await self._purse.reserve(asked.cell, expected)
                    if held is None:
                        return self._refused(asked, route) or self._over_budget(asked.cell)
                    if self._is_shut(queue):
                        self._give_back(held)
                        held = None
            entered = await self._entered(asked, route, expected, held)
            if isinstance(entered, Failure):
                return entered
            if isinstance(entered, Admission):
                if has_budget and held is None:
                    held = self._purse.take(asked.cell, expected)
                if held is not None or not has_budget:
                    return entered, held
                route.gate.withdraw(entered)
            is_money_first = isinstance(entered, Admission)

    async def _entered(
        self, asked: Asked, route: Route, expected: Expected, held: Reservation | None
    ) -> Admission | Failure | None:
        """Return a place at the gate, None if it is to be asked for again.

        The endpoint was shut meanwhile, or another model of the same name on the wire was halted.

        Without a place the money is given back.
        """
        entered: Admission | Refusal = Refusal.CLOSED
        try:
            if (refused := self._refused(asked, route)) is not None:
                return refused
            entered = await route.gate.enter(
                route.queue(asked.call.wire),
                asked.priority,
                _charged(route, expected),
                may_postpone=asked.may_postpone or held is not None,
            )
        finally:
            if not isinstance(entered, Admission):
                self._give_back(held)
        if isinstance(entered, Admission):
            return entered
        if entered is Refusal.CLOSED:
            return self._refused(asked, route) or STOPPED
        if entered is Refusal.HALTED:
            return self._refused(asked, route)
        return POSTPONED if asked.may_postpone and route.breaker.is_down else None

    def _is_shut(self, queue: Queue) -> bool:
        """Whether it takes longer than a moment until the endpoint takes calls again."""
        now, throttle = self._clock(), queue.throttle
        return not throttle.breaker.allows(now) or throttle.cool_until > now + _LONG_SECONDS

    def _give_back(self, held: Reservation | None) -> None:
        if held is not None:
            self._purse.settle(held, None, maybe_paid=False)

    def _refused(self, asked: Asked, route: Route) -> Failure | None:
        """Return why nothing is sent for this call, whatever the limits say."""
        if self._stop.is_requested:
            return STOPPED
        halted = route.halted(asked.call.model)
        if halted is None:
            return None
        message = f"{route.endpoint.name} takes no more calls: {halted.message}"
        return Failure(Cause.NOT_REACHED, message, halted.status)

    def _over_budget(self, cell: Cell) -> Failure:
        for judge, message in self._purse.reached:
            if judge not in self._told_budgets:
                self._told_budgets.add(judge)
                self._tell(BudgetReached(judge, message))
        return Failure(Cause.NOT_REACHED, self._purse.refusal(cell))


def _charged(route: Route, expected: Expected) -> float:
    """Return the tokens that a call counts against the limit: its mean, or all that it may write."""
    if route.endpoint.charges_max_tokens:
        return expected.prompt + expected.worst.completion
    return expected.prompt + expected.completion
