"""Attempts: a call is sent until it has a reply, under every limit, or until it is given up."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from time import time

from asynceval.domain.cell import Cell
from asynceval.domain.events import (
    BudgetReached,
    ConnectionsClosed,
    EndpointBack,
    EndpointDown,
    Listener,
    OpenCall,
    OtherModelAnswered,
)
from asynceval.domain.failure import Cause, Failure
from asynceval.domain.reply import Reply
from asynceval.engine.asked import Asked
from asynceval.engine.forecast import Expected, Forecast
from asynceval.engine.patience import Patience
from asynceval.engine.purse import Purse, Reservation
from asynceval.engine.queue import Admission, Refusal
from asynceval.engine.retry import History, Policy
from asynceval.engine.route import Route
from asynceval.engine.stop import Stop
from asynceval.engine.transport import Transport
from asynceval.providers.signal import Action, Signal

STOPPED = Failure(Cause.NOT_REACHED, "the run was stopped")
POSTPONED = Failure(Cause.NOT_REACHED, "its endpoint is down; it is tried again at the end")
UNSENT = (STOPPED, POSTPONED)
_LEAST_TIMEOUT = 1.0


@dataclass(frozen=True, slots=True)
class Paid:
    """A reply, and what it took: `at` seconds since the epoch, `waited` and `sent` in seconds."""

    reply: Reply
    at: float
    waited: float
    sent: float
    attempts: int
    maybe_paid: int


class Attempts:
    """Makes the attempts of calls: purse, gate, send, and the pause before another.

    `lost` counts attempts without a reply that a server may have charged for.
    `clock` counts seconds for waits (monotonic), `random` draws the back-off.
    """

    def __init__(
        self,
        transport: Transport,
        purse: Purse,
        stop: Stop,
        tell: Listener,
        *,
        clock: Callable[[], float],
        random: Random,
        policy: Policy | None = None,
    ) -> None:
        """Prepare; nothing is sent yet."""
        self._transport = transport
        self._purse = purse
        self._stop = stop
        self._tell = tell
        self._clock = clock
        self._random = random
        self._patience = Patience(
            transport, stop, tell, clock=clock, random=random, policy=policy or Policy()
        )
        self._forecast = Forecast()
        self.lost = 0
        self._open: dict[tuple[str, bytes], tuple[Cell, float]] = {}
        self._told_budgets: set[str | None] = set()

    def oldest(self) -> OpenCall | None:
        """Return the call that is in flight for the longest time."""
        for cell, since in self._open.values():
            return OpenCall(cell, self._clock() - since)
        return None

    async def pay(self, asked: Asked, route: Route) -> Paid | Failure:
        """Send a call until it has a reply; why there is none, if it is given up."""
        history, attempts = History(), 0
        last: Failure | None = None
        begun = self._clock()
        expected, place = self._expected(asked, route), (route.endpoint.name, asked.key)
        while True:
            admitted = await self._enter(asked, route, expected)
            if isinstance(admitted, Failure):
                # What was sent and failed has its own cause, though no more is tried.
                return admitted if last is None or admitted in UNSENT else last
            admission, reservation = admitted
            attempts += 1
            if attempts == 1:
                route.allowance.earn()
            at, sent = time(), self._clock()
            timeout = max(
                _LEAST_TIMEOUT,
                min(route.endpoint.timeout, route.endpoint.deadline - history.taken),
            )
            outcome: Reply | Signal | None = None
            self._open[place] = (asked.cell, sent)
            try:
                request = route.request(asked.call, asked.key, attempts, timeout)
                outcome = await route.send(self._transport, request, admission)
            finally:
                del self._open[place]
                self._close(asked, route, admission, reservation, outcome)
            if route.churn.is_to_be_told():
                self._tell(ConnectionsClosed(route.endpoint.name))
            taken = self._clock() - sent
            if isinstance(outcome, Signal):
                lost = history.maybe_paid + outcome.maybe_paid
                self.lost += outcome.maybe_paid
                last = replace(outcome.failure, maybe_paid=lost)
                step = await self._patience.after(asked, route, outcome, history, taken)
                if isinstance(step, History):
                    history = step
                    continue
                if not isinstance(step, Reply):
                    return replace(step, maybe_paid=lost)
                self.lost -= outcome.maybe_paid  # its reply is taken after all
                outcome = step
            return Paid(outcome, at, sent - begun, taken, attempts, history.maybe_paid)

    def _expected(self, asked: Asked, route: Route) -> Expected | None:
        """Return the tokens to reserve, if anything counts tokens."""
        if route.endpoint.tpm is None and self._purse.is_open_ended:
            return None
        return self._forecast.tokens(asked.call, asked.cell.category)

    async def _enter(
        self, asked: Asked, route: Route, expected: Expected | None
    ) -> tuple[Admission, Reservation | None] | Failure:
        """Wait for the money and for a place; the failure if the call is not to be sent."""
        if (refused := self._refused(asked, route)) is not None:
            return refused
        reservation = None
        if expected is not None and not self._purse.is_open_ended:
            reservation = await self._purse.reserve(asked.cell, expected)
            if reservation is None:
                return self._over_budget(asked.cell)
            if (refused := self._refused(asked, route)) is not None:
                self._purse.settle(reservation, None, maybe_paid=False)
                return refused
        admission: Admission | Refusal = Refusal.CLOSED
        refused = None
        try:
            tokens = 0.0 if expected is None else _charged(route, expected)
            admission = await route.gate.enter(
                route.queue(asked.call.wire),
                asked.priority,
                tokens,
                may_postpone=asked.may_postpone,
            )
            refused = self._refused(asked, route)
            if isinstance(admission, Refusal) and refused is None:
                refused = POSTPONED if admission is Refusal.POSTPONED else STOPPED
        finally:
            if reservation is not None and (refused or isinstance(admission, Refusal)):
                self._purse.settle(reservation, None, maybe_paid=False)
        if isinstance(admission, Refusal):
            return refused or STOPPED
        if refused is not None:
            route.gate.withdraw(admission)
            return refused
        return admission, reservation

    def _refused(self, asked: Asked, route: Route) -> Failure | None:
        """Return why nothing is sent for this call, whatever the limits say."""
        if self._stop.is_requested:
            return STOPPED
        halted = route.halted(asked.call.wire)
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

    def _close(
        self,
        asked: Asked,
        route: Route,
        admission: Admission,
        reservation: Reservation | None,
        outcome: Reply | Signal | None,
    ) -> None:
        """Give the place and the money back, and note what the outcome says of the endpoint."""
        now = self._clock()
        usage, used = None, None
        match outcome:
            case None:
                self.lost += 1  # dropped in flight: the server may go on, and charge for it
                if admission.is_probe:
                    route.breaker.withdraw()
            case Reply():
                usage = outcome.usage
                if route.endpoint.tpm is not None or reservation is not None:
                    self._forecast.learn(asked.call, asked.cell.category, usage)
                    used = _used(route, admission, outcome)
                route.gate.land(admission, now)
                self._back(route, route.answer(now, is_probe=admission.is_probe))
                if route.is_new_name(asked.call.wire, outcome.model):
                    told = OtherModelAnswered(
                        route.endpoint.name, asked.call.wire, outcome.model or ""
                    )
                    self._tell(told)
            case Signal():
                self._note(asked, route, admission, outcome, now)
        if reservation is not None:
            maybe_paid = outcome is None or (isinstance(outcome, Signal) and outcome.maybe_paid)
            self._purse.settle(reservation, usage, maybe_paid=maybe_paid)
        route.gate.leave(admission, used)

    def _note(
        self, asked: Asked, route: Route, admission: Admission, signal: Signal, now: float
    ) -> None:
        """Note what a failed attempt says of the endpoint: that it fails, or is up and refuses."""
        random = self._random.random()
        if signal.action is Action.RETRY:
            wait = route.breaker.fail(
                asked.key,
                now,
                random,
                is_probe=admission.is_probe,
                asked_for=signal.retry_after,
            )
            if wait is not None:
                self._tell(EndpointDown(route.endpoint.name, signal.failure, wait))
                route.postpone()
            return
        self._back(route, route.reach(now, is_probe=admission.is_probe))
        if signal.action is Action.SLOW_DOWN:
            route.gate.refuse(admission, now, signal.retry_after, random)

    def _back(self, route: Route, seconds: float | None) -> None:
        if seconds is not None:
            self._tell(EndpointBack(route.endpoint.name, seconds))


def _charged(route: Route, expected: Expected) -> float:
    """Return the tokens that a call counts against the limit: its mean, or all that it may write."""
    if route.endpoint.charges_max_tokens:
        return expected.prompt + expected.worst_completion
    return expected.prompt + expected.completion


def _used(route: Route, admission: Admission, reply: Reply) -> float:
    """Return the tokens that the server counted for a reply, as far as it says so."""
    prompt, completion = reply.usage.prompt_tokens, reply.usage.completion_tokens
    if prompt is None or completion is None or route.endpoint.charges_max_tokens:
        return admission.tokens
    return float(prompt + completion)
