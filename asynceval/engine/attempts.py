"""Attempts: a call is sent until it has a reply, under every limit, or until it is given up."""

from collections.abc import Callable
from random import Random
from time import time

from asynceval.domain.cell import Cell
from asynceval.domain.events import (
    ConnectionsClosed,
    EndpointBack,
    EndpointDown,
    Listener,
    OpenCall,
    OtherModelAnswered,
)
from asynceval.domain.failure import Failure
from asynceval.domain.reply import Reply
from asynceval.engine.asked import Asked
from asynceval.engine.entrance import POSTPONED, UNSENT, Entrance, Entry
from asynceval.engine.forecast import Forecast
from asynceval.engine.patience import Patience
from asynceval.engine.queue import Admission
from asynceval.engine.retry import History, Policy
from asynceval.engine.route import Route
from asynceval.engine.stop import Stop
from asynceval.engine.transport import Transport
from asynceval.providers.signal import Action, Signal
from asynceval.store.line import Record

_LEAST_TIMEOUT = 1.0


_UNTRIED = History()


class Attempts:
    """Makes the attempts of calls: entrance, send, and the pause before another.

    `clock` counts seconds for waits (monotonic), `random` draws the back-off.
    """

    def __init__(
        self,
        transport: Transport,
        entrance: Entrance,
        stop: Stop,
        tell: Listener,
        *,
        clock: Callable[[], float],
        random: Random,
        policy: Policy | None = None,
    ) -> None:
        """Prepare; nothing is sent yet."""
        self._transport = transport
        self._tell = tell
        self._clock = clock
        self._random = random
        self._patience = Patience(
            transport, stop, tell, clock=clock, random=random, policy=policy or Policy()
        )
        self._entrance = entrance
        self._forecast = Forecast()
        self._open: dict[tuple[str, bytes], tuple[Cell, float]] = {}

    def oldest(self) -> OpenCall | None:
        """Return the call that is in flight for the longest time."""
        for cell, since in self._open.values():
            return OpenCall(cell, self._clock() - since)
        return None

    async def pay(self, asked: Asked, route: Route) -> Record | Failure:
        """Send a call until it has a reply; why there is none, if it is given up."""
        if route.berth is None:
            return await self._pay(asked, route)
        if asked.may_postpone and not (route.berth.is_up or route.berth.is_closed):
            return POSTPONED
        with route.berth.needed():
            return await self._pay(asked, route)

    async def _pay(self, asked: Asked, route: Route) -> Record | Failure:
        history, attempts = _UNTRIED, 0
        last: Failure | None = None
        begun = self._clock()
        expected = self._forecast.tokens(asked.call, asked.cell.category)
        place = (route.endpoint.name, asked.key)
        while True:
            if route.berth is not None:
                await route.berth.until_up()
                if (failure := route.berth.blame()) is not None:
                    return failure
            entry = await self._entrance.enter(asked, route, expected)
            if isinstance(entry, Failure):
                # What was sent and failed has its own cause, though no more is tried.
                return entry if last is None or entry in UNSENT else last
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
                outcome = await route.send(self._transport, request, entry.admission)
            finally:
                del self._open[place]
                self._close(asked, route, entry, outcome)
            if route.churn.is_to_be_told():
                self._tell(ConnectionsClosed(route.endpoint.name))
            taken = self._clock() - sent
            if isinstance(outcome, Signal):
                last = outcome.failure
                step = await self._patience.after(asked, route, outcome, history, taken)
                if isinstance(step, History):
                    history = step
                    continue
                if not isinstance(step, Reply):
                    return step
                outcome = step
            return Record(
                asked.key,
                asked.cell,
                outcome,
                at,
                sent - begun,
                taken,
                attempts,
                expected.worst,
            )

    def _close(
        self,
        asked: Asked,
        route: Route,
        entry: Entry,
        outcome: Reply | Signal | None,
    ) -> None:
        """Give the place and the money back, and note what the outcome says of the endpoint.

        What was dropped in flight may be paid for, like a reply: the server may go on with it.
        """
        admission, now, maybe_paid = entry.admission, self._clock(), True
        usage, used = None, None
        match outcome:
            case None:
                if admission.is_probe:
                    route.breaker.withdraw()
            case Reply():
                usage = outcome.usage
                self._forecast.learn(asked.call, asked.cell.category, entry.expected, usage)
                used = _used(route, admission, outcome)
                route.gate.land(admission, now)
                self._back(route, route.answer(asked.call.model, now, is_probe=admission.is_probe))
                if route.is_new_name(asked.call, outcome.model):
                    told = OtherModelAnswered(
                        route.endpoint.name, asked.call.wire, outcome.model or ""
                    )
                    self._tell(told)
            case Signal():
                maybe_paid = outcome.maybe_paid
                self._note(asked, route, admission, outcome, now)
        self._entrance.settle(asked, entry, usage, maybe_paid=maybe_paid)
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
            self._entrance.shut(admission.queue)

    def _back(self, route: Route, seconds: float | None) -> None:
        if seconds is not None:
            self._tell(EndpointBack(route.endpoint.name, seconds))


def _used(route: Route, admission: Admission, reply: Reply) -> float:
    """Return the tokens that the server counted for a reply, as far as it says so."""
    prompt, completion = reply.usage.prompt_tokens, reply.usage.completion_tokens
    if prompt is None or completion is None or route.endpoint.charges_max_tokens:
        return admission.tokens
    return float(prompt + completion)
