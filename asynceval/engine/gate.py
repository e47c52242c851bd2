"""The gate: admission to one endpoint, shared by every target and judge on it."""

import heapq
from asyncio import Future, get_running_loop
from itertools import count

from aiolimiter import AsyncLimiter
from anyio import CancelScope

from asynceval.domain.events import GateStatus, Wait
from asynceval.domain.sweep import Endpoint

_BURST_SECONDS = 0.1


class Gate:
    """Admits calls under two limits at once: calls in flight, and requests a minute.

    Lower priorities go first, equal ones in the order of arrival. Every method but `enter` is
    synchronous, so the state needs no lock. `rate_limited` counts the replies that asked to slow
    down, for the dashboard.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        """Open a gate with the endpoint's limits."""
        self.endpoint = endpoint
        self.rate_limited = 0
        self.in_flight = 0
        self.backing_off = 0
        self._limiter = _limiter(endpoint.rpm) if endpoint.rpm else None
        self._pacing: CancelScope | None = None
        self._waiters: list[tuple[int, int, Future[bool]]] = []
        self._numbers = count()
        self._closed: str | None = None

    async def enter(self, priority: int) -> bool:
        """Wait for a place in flight; False if the gate is or gets closed.

        A caller that got True calls `leave` when its request is over.
        """
        if self._closed is not None:
            return False
        if self._has_room() and not self._waiters:
            self._take()
        elif not await self._wait(priority):
            return False
        if self._limiter is None or self._pacing is None:
            return True
        return await self._pace(self._limiter, self._pacing)

    def leave(self) -> None:
        """Give the place back.

        The next one is admitted a moment later, so that the call which follows from this one's reply
        is in the queue by then: it goes before new conversations.
        """
        self.in_flight -= 1
        get_running_loop().call_soon(self._admit)

    def close(self, reason: str) -> None:
        """Admit nobody any more, and send everyone who waits away."""
        self._closed = reason
        for _, _, turn in self._waiters:
            if not turn.done():
                turn.set_result(False)
        self._waiters.clear()
        if self._pacing is not None:
            self._pacing.cancel()

    def status(self, halted: str | None) -> GateStatus:
        """Return the gate's state now."""
        return GateStatus(
            name=self.endpoint.name,
            in_flight=self.in_flight,
            limit=self.endpoint.most_in_flight,
            waiting=len(self._waiters) + self.backing_off + (self._pacing is not None),
            rpm=self.endpoint.rpm,
            waits_for=self._waits_for(),
            rate_limited=self.rate_limited,
            halted=halted,
        )

    def _waits_for(self) -> Wait | None:
        if self._closed is not None:
            return "stopped"
        if self._pacing is not None:
            return "rpm"
        if self._waiters:
            return "in flight"
        return "back-off" if self.backing_off else None

    def _has_room(self) -> bool:
        return self.in_flight < self.endpoint.most_in_flight and self._pacing is None

    async def _wait(self, priority: int) -> bool:
        # A plain future: this is the hottest wait there is, and anyio's event costs ten times as much.
        turn: Future[bool] = get_running_loop().create_future()
        heapq.heappush(self._waiters, (priority, next(self._numbers), turn))
        is_in = False
        try:
            # The gate may have closed between this caller's turn and this moment.
            is_in = await turn and self._closed is None
        finally:
            if not is_in and not turn.cancelled() and turn.result():
                self._pacing = None
                self.leave()
        return is_in

    async def _pace(self, limiter: AsyncLimiter, scope: CancelScope) -> bool:
        """Wait for the rate. One caller at a time, so the limiter's own order has no say."""
        is_paced = False
        try:
            with scope:
                await limiter.acquire()
                is_paced = True
        finally:
            self._pacing = None
            if is_paced:
                self._admit()
            else:
                self.leave()
        return is_paced

    def _take(self) -> None:
        """Take a place in flight; with a rate, nobody else gets one before this caller is paced."""
        self.in_flight += 1
        if self._limiter is not None:
            self._pacing = CancelScope()

    def _admit(self) -> None:
        while self._waiters and self._has_room():
            _, _, turn = heapq.heappop(self._waiters)
            if not turn.done():
                self._take()
                turn.set_result(True)


def _limiter(rpm: float) -> AsyncLimiter:
    """Return a limiter under which no minute sees more than `rpm` requests.

    A full bucket goes out at once, so what a minute can see is the bucket and a minute's rate: the
    rate is lowered by the bucket, which holds a tenth of a second's worth.
    """
    bucket = max(1.0, rpm / 60 * _BURST_SECONDS)
    rate = max(rpm - bucket, rpm / 2) / 60
    return AsyncLimiter(bucket, bucket / rate)
