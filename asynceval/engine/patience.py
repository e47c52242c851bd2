"""Patience: whether a failed attempt is followed by another, when, and when a whole endpoint is given up."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from asynceval.domain.events import CallRetried, EndpointHalted, Listener
from asynceval.domain.failure import Cause, Failure
from asynceval.domain.reply import Reply
from asynceval.engine.asked import Asked
from asynceval.engine.retry import History, Policy, wait
from asynceval.engine.route import Route
from asynceval.engine.stop import Stop
from asynceval.engine.transport import Transport
from asynceval.providers.signal import Action, Signal

_POLL_SECONDS = 1.0


class Patience:
    """Decides about failed attempts, and waits before the next.

    `clock` counts seconds (monotonic), `random` draws the back-off.
    """

    def __init__(
        self,
        transport: Transport,
        stop: Stop,
        tell: Listener,
        *,
        clock: Callable[[], float],
        random: Random,
        policy: Policy,
    ) -> None:
        """Prepare; nothing has failed yet."""
        self._transport = transport
        self._stop = stop
        self._tell = tell
        self._clock = clock
        self._random = random
        self._policy = policy

    async def after(
        self, asked: Asked, route: Route, signal: Signal, history: History, taken: float
    ) -> History | Failure | Reply:
        """Decide about a failed attempt: the history to go on with, after its pause, or the end."""
        signal = route.classify(asked.call.model, signal)
        now, is_outage = self._clock(), route.breaker.is_down
        history = history.after(signal, taken, is_outage=is_outage)
        if (ended := await self._ended(asked, route, signal, history, now)) is not None:
            return ended
        random = self._random.random()
        seconds = wait(self._policy, signal, history, random, is_lone=route.breaker.is_lone)
        if seconds is None:
            if signal.empty is not None:
                return signal.empty
            return await self._halt(asked, route, signal)
        if signal.action is not Action.SLOW_DOWN:
            history = replace(history, taken=history.taken + seconds)
            if history.taken >= route.endpoint.deadline:
                return _overdue(route, signal.failure)
        self._tell(CallRetried(asked.cell, route.endpoint.name, signal.failure, seconds))
        await self._pause(
            asked, route, seconds, is_free=is_outage or signal.action is Action.SLOW_DOWN
        )
        return history

    async def _ended(
        self, asked: Asked, route: Route, signal: Signal, history: History, now: float
    ) -> Failure | None:
        """Return the failure if patience with the whole endpoint, or with one model on it, is over."""
        failure, policy = signal.failure, self._policy
        down = 0.0 if route.breaker.down_since is None else now - route.breaker.down_since
        if not route.has_answered and failure.cause is Cause.UNREACHABLE:
            # An endpoint that never answered is mostly a wrong address: say so soon, and once.
            if history.faults > policy.first or down > policy.first_outage:
                return await self._halt(asked, route, replace(signal, action=Action.HALT_ENDPOINT))
        elif down > policy.outage:
            told = replace(failure, message=f"down for {down:.0f} s: {failure.message}")
            ended = replace(signal, action=Action.HALT_ENDPOINT, failure=told)
            return await self._halt(asked, route, ended)
        since = route.queue(asked.call.wire).throttle.refused_since
        if (
            signal.action is Action.SLOW_DOWN
            and since is not None
            and now - since > policy.patience
        ):
            message = f"every call was refused for {now - since:.0f} s: {failure.message}"
            ended = replace(
                signal, action=Action.HALT_MODEL, failure=replace(failure, message=message)
            )
            return await self._halt(asked, route, ended)
        return None

    async def _pause(self, asked: Asked, route: Route, seconds: float, *, is_free: bool) -> None:
        """Wait outside the slot; after a fault also for the allowance of retries.

        Nobody waits for what is halted.
        """
        model = asked.call.model
        if route.halted(model) is None:
            with route.gate.outside("back-off"), route.until_halted(model):
                await self._stop.sleep(seconds)
        if is_free or route.allowance.take(self._clock()):
            return
        with route.gate.outside("retries"):
            while not self._stop.is_requested and route.halted(model) is None:
                await self._stop.sleep(_POLL_SECONDS * (0.5 + self._random.random()))
                if route.allowance.take(self._clock()):
                    return

    async def _halt(self, asked: Asked, route: Route, signal: Signal) -> Failure:
        """Send nothing more to the endpoint or the model, if that is what the signal calls for.

        Of a model that is not known there, the message names others that are.
        """
        name, model = route.endpoint.name, asked.call.model
        action, failure = signal.action, signal.failure
        if action is Action.HALT_ENDPOINT and route.halt(None, failure):
            self._tell(EndpointHalted(name, None, failure))
        if action is Action.HALT_MODEL and route.halt(asked.call, failure):
            failure = await route.advised(self._transport, asked.call.wire, signal)
            self._tell(EndpointHalted(name, model, failure))
        return failure


def _overdue(route: Route, failure: Failure) -> Failure:
    message = f"no reply within the deadline of {route.endpoint.deadline:g} s; the last attempt: "
    return Failure(Cause.DEADLINE, message + failure.message, failure.status)
