"""The gate: admission to one account, shared by every target and judge on it."""

import heapq
from asyncio import Future, TimerHandle, get_running_loop
from contextlib import AbstractContextManager
from itertools import count

from anyio import CancelScope

from asynceval.domain.events import GateStatus, Wait
from asynceval.domain.sweep import Endpoint
from asynceval.engine.belief import Belief
from asynceval.engine.ceiling import Ceiling
from asynceval.engine.pace import Pace
from asynceval.engine.queue import Admission, Queue, Refusal, Waiter
from asynceval.engine.throttle import Throttle
from asynceval.engine.waiting import Waiting
from asynceval.providers.limits import Stated


class Gate:
    """Admits calls under all limits of an account: calls in flight, requests and tokens a minute.

    Each model waits in a queue of its own, so that one which the server slows down stands in nobody's
    way. The lowest priority goes first; among equal ones the model that was served least, and then
    the order of arrival. Every method but `enter` is synchronous, so the state needs no lock.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        """Open a gate with the limits of an endpoint, or of the account that it names."""
        self.endpoint = endpoint
        self.in_flight = 0
        self.rate_limited = 0
        self._waiting = Waiting()
        self._ceiling = Ceiling(endpoint.most_in_flight, is_auto=endpoint.parallel == "auto")
        has_rate = endpoint.rpm is not None or endpoint.tpm is not None
        self._pace = Pace(endpoint.rpm, endpoint.tpm, _clock) if has_rate else None
        self._is_pacing = False
        self._queues: list[Queue] = []
        self._served = 0
        self._sent = 0
        self._belief = Belief() if endpoint.rpm is None else None
        self._numbers = count()
        self._timer: TimerHandle | None = None
        self._wakes_at = 0.0
        self._is_closed = False
        self._is_held = False

    def queue(self, throttle: Throttle) -> Queue:
        """Return a new queue at this gate."""
        queue = Queue(throttle)
        self._queues.append(queue)
        return queue

    async def enter(
        self, queue: Queue, priority: int, tokens: float = 0.0, *, may_postpone: bool = False
    ) -> Admission | Refusal:
        """Wait for a place in flight.

        A caller that got one calls `leave` when its request is over.
        """
        while not self._is_closed:
            now = _clock()
            if not queue.waiters and self._has_room() and queue.throttle.has_room(now):
                entry: Admission | Refusal = self._take(queue, tokens, now)
            else:
                entry = await self._wait(queue, priority, tokens, may_postpone=may_postpone)
            if self._pace is None or isinstance(entry, Refusal) or not entry.is_paced:
                return entry
            entry = await self._paced(self._pace, entry)
            if isinstance(entry, Refusal) or self._may_go(entry):
                return entry
            # What this caller may not miss has happened while it waited for the rate.
            self.withdraw(entry)
        return Refusal.CLOSED

    def leave(self, admission: Admission, used: float | None = None) -> None:
        """Give the place back; `used` are the tokens that the call took, None if that is not known.

        The next one is admitted a moment later, so that the call which follows from this one's reply
        is in the queue by then: it goes before new conversations.
        """
        if self._pace is not None and used is not None:
            self._pace.settle(admission.tokens, used, admission.since)
        self.in_flight -= 1
        admission.queue.throttle.leave()
        get_running_loop().call_soon(self._admit)

    def withdraw(self, admission: Admission) -> None:
        """Give a place back that nothing was sent from."""
        if admission.is_probe:
            admission.queue.throttle.breaker.withdraw()
        self._sent -= 1
        self.leave(admission, 0.0)

    def land(self, admission: Admission, now: float) -> None:
        """Note an answer; `leave` comes after."""
        throttle, sent, (own, total) = admission.queue.throttle, admission.since, admission.level
        # Who was counted then and refused since has not shown what the server takes.
        throttle.land(sent, min(own, throttle.in_flight), now)
        self._ceiling.land(sent, min(total, self.in_flight), now)
        if self._belief is not None:
            self._belief.land(admission.queue)

    def refuse(
        self, admission: Admission, now: float, seconds: float | None, random: float
    ) -> None:
        """Note that the server asked to slow down, for so many seconds if it said; `leave` comes after.

        `random` is from [0, 1).
        """
        self.rate_limited += 1
        throttle, (own, total) = admission.queue.throttle, admission.level
        # Calls that go out together reach the server in any order.
        own, total = max(own, throttle.in_flight), max(total, self.in_flight)
        is_accounts = self._ceiling.is_too_many(admission.since, own, total)
        tells = throttle.refuse(admission.since, own, now, seconds, random, is_accounts=is_accounts)
        if tells and is_accounts:
            self._ceiling.lower(admission.since, total, now, seconds or 0.0)

    def learn(self, admission: Admission, stated: Stated) -> None:
        """Believe what a response says of the limit of requests, if the config does not name one."""
        belief, seen = self._belief, admission.seen
        if (
            belief is None
            or seen is None
            or not belief.learn(stated, admission.queue, seen, _clock())
        ):
            return
        is_first = self._pace is None
        if self._pace is None:
            self._pace = Pace(None, None, _clock)
        self._pace.limit_requests(belief.rpm, self._sent if is_first else 0)

    def hold(self) -> None:
        """Admit nobody for now: what is paid for could not be kept."""
        self._is_held = True

    def release(self) -> None:
        """Admit again."""
        self._is_held = False
        self._admit()

    def close(self) -> None:
        """Admit nobody any more, and send everyone who waits away."""
        self._is_closed = True
        for queue in self._queues:
            queue.dismiss(Refusal.CLOSED)
        if self._timer is not None:
            self._timer.cancel()

    def outside(self, what: Wait) -> AbstractContextManager[None]:
        """Count a caller who waits for something else before it comes back, for the status."""
        return self._waiting.outside(what)

    def status(self, halted: str | None) -> GateStatus:
        """Return the gate's state now."""
        pacing = self._pace.waits_for if self._pace is not None and self._is_pacing else None
        waits = self._waiting.count(self._queues, pacing, _clock, is_held=self._is_held)
        most = next((what for what, _ in waits.most_common(1)), None)
        limit = sum(queue.throttle.limit for queue in self._queues)
        return GateStatus(
            name=self.endpoint.gate,
            in_flight=self.in_flight,
            limit=min(self._ceiling.limit, limit) if self._queues else self._ceiling.limit,
            waiting=waits.total(),
            rpm=self.endpoint.rpm if self._belief is None else self._belief.rpm,
            tpm=self.endpoint.tpm,
            waits_for="stopped" if self._is_closed else most,
            rate_limited=self.rate_limited,
            halted=halted,
        )

    def _has_room(self) -> bool:
        return self.in_flight < self._ceiling.limit and not (self._is_pacing or self._is_held)

    def _may_go(self, admission: Admission) -> bool:
        """Whether a call that has its place, and its turn at the rates, may still go out."""
        return not self._is_held and admission.queue.throttle.may_go(
            _clock(), is_probe=admission.is_probe
        )

    async def _wait(
        self, queue: Queue, priority: int, tokens: float, *, may_postpone: bool
    ) -> Admission | Refusal:
        # A plain future: this is the hottest wait there is, and anyio's event costs ten times as much.
        loop = get_running_loop()
        turn: Future[Admission | Refusal] = loop.create_future()
        if not queue.waiters:
            # Who comes late has no claim to what it missed.
            queue.served = max(queue.served, self._served)
        waiter = Waiter(priority, turn, tokens, may_postpone)
        heapq.heappush(queue.waiters, (priority, next(self._numbers), waiter))
        self._wake_later(queue, loop.time())
        entry: Admission | Refusal = Refusal.CLOSED
        try:
            entry = await turn
            if self._is_closed and isinstance(entry, Admission):
                # The gate has closed between this caller's turn and this moment.
                entry = Refusal.CLOSED
        finally:
            if not isinstance(entry, Admission) and turn.done() and not turn.cancelled():
                given = turn.result()
                if isinstance(given, Admission):
                    self._is_pacing = False
                    self.withdraw(given)
        return entry

    async def _paced(self, pace: Pace, admission: Admission) -> Admission | Refusal:
        """Wait for the rates. One caller at a time, so the limiters' own order has no say."""
        is_paced = False
        try:
            if pace.is_free(admission.tokens):
                # Nothing to wait for: this does not even let others go first.
                admission.since = await pace.acquire(admission.tokens)
                is_paced = True
            else:
                with CancelScope() as admission.queue.pacing:
                    admission.since = await pace.acquire(admission.tokens)
                    is_paced = True
        finally:
            self._is_pacing, admission.queue.pacing = False, None
            if is_paced:
                self._admit()
            else:
                self.withdraw(admission)
        if is_paced:
            return admission
        return Refusal.CLOSED if self._is_closed else Refusal.HALTED

    def _take(self, queue: Queue, tokens: float, now: float) -> Admission:
        """Take a place in flight; with a rate, nobody else gets one before this caller is paced."""
        self.in_flight += 1
        queue.served += 1
        self._sent += 1
        self._served = max(self._served, queue.served)
        if self._pace is not None:
            self._is_pacing = True
        self._ceiling.admit(self.in_flight, now)
        is_probe = queue.throttle.admit(now)
        if queue.waiters:
            self._wake_later(queue, now)
        level = (queue.throttle.in_flight, self.in_flight)
        seen = None if self._belief is None else self._belief.seen(queue)
        return Admission(queue, tokens, now, level, self._pace is not None, is_probe, seen)

    def _admit(self) -> None:
        now = _clock()
        while self._has_room() and not self._is_closed:
            queue = self._next(now)
            if queue is None:
                return
            *_, waiter = heapq.heappop(queue.waiters)
            waiter.turn.set_result(self._take(queue, waiter.tokens, now))

    def _next(self, now: float) -> Queue | None:
        """Return the queue whose first caller goes next."""
        best, rank = None, (0, 0)
        for queue in self._queues:
            waiter = queue.first()
            if waiter is None:
                continue
            if not queue.throttle.has_room(now):
                self._wake_later(queue, now)
                continue
            its = (waiter.priority, queue.served)
            if best is None or its < rank:
                best, rank = queue, its
        return best

    def _wake_later(self, queue: Queue, now: float) -> None:
        """Look again when the throttle opens by itself."""
        opens_at = queue.throttle.opens_at(now)
        if opens_at is None:
            return
        if self._timer is not None:
            if self._wakes_at <= opens_at:
                return
            self._timer.cancel()
        self._wakes_at = opens_at
        self._timer = get_running_loop().call_at(opens_at, self._wake)

    def _wake(self) -> None:
        self._timer = None
        self._admit()


def _clock() -> float:
    return get_running_loop().time()
