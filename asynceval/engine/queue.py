"""A queue at a gate: the calls to one model that wait, and what they wait for besides."""

import heapq
from asyncio import Future
from dataclasses import dataclass
from enum import StrEnum

from anyio import CancelScope

from asynceval.domain.events import Wait
from asynceval.engine.throttle import Throttle


class Refusal(StrEnum):
    """Why a caller is not admitted."""

    CLOSED = "closed"
    """Nothing is admitted any more."""
    POSTPONED = "postponed"
    """The endpoint is down, and the caller can do without for now."""
    HALTED = "halted"
    """The endpoint is halted, or a model of this name on the wire: perhaps not the caller's."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Answers that had come when a call went out, counted `since` (s): of its model, and of all."""

    since: float
    own: int
    total: int


@dataclass(slots=True)
class Admission:
    """A place in flight: in whose queue it was, the tokens set aside for it, and since when (s).

    `level` is how many calls were in flight then with this one: to that model, and in all. `is_paced`
    if it has still to wait for a rate. `seen` are the answers by then, if limits may be stated.
    """

    queue: "Queue"
    tokens: float
    since: float
    level: tuple[int, int]
    is_paced: bool
    is_probe: bool
    seen: Seen | None


@dataclass(frozen=True, slots=True)
class Waiter:
    """A caller: its priority, and what it will be told when it is its turn."""

    priority: int
    turn: "Future[Admission | Refusal]"
    tokens: float
    may_postpone: bool


class Queue:
    """The calls to one model that wait at a gate, and the throttle they wait for besides."""

    def __init__(self, throttle: Throttle) -> None:
        """Start empty. `served` is its place in the order of models.

        `pacing` is the scope of who has left it and waits for the rates, if one does.
        """
        self.throttle = throttle
        # By priority and order of arrival: tuples compare much faster than records.
        self.waiters: list[tuple[int, int, Waiter]] = []
        self.served = 0
        self.pacing: CancelScope | None = None

    def holds_back(self, now: float, pacing: Wait | None = None) -> Wait:
        """Return what the first caller waits for: its model's limits, the rate, or the others' calls."""
        throttle = self.throttle
        if throttle.breaker.is_down:
            return "outage"
        if throttle.is_cooling(now):
            return "cool-down"
        return pacing if pacing is not None and throttle.has_room(now) else "in flight"

    def dismiss(self, refusal: Refusal) -> None:
        """Send everyone away, and who waits for the rates."""
        for *_, waiter in self.waiters:
            if not waiter.turn.done():
                waiter.turn.set_result(refusal)
        self.waiters.clear()
        if self.pacing is not None:
            self.pacing.cancel()

    def postpone(self) -> None:
        """Send away who can do without for now."""
        for *_, waiter in self.waiters:
            if waiter.may_postpone and not waiter.turn.done():
                waiter.turn.set_result(Refusal.POSTPONED)
        self.waiters[:] = [each for each in self.waiters if not each[2].turn.done()]
        heapq.heapify(self.waiters)

    def first(self) -> Waiter | None:
        """Return who goes next; callers that were cancelled have left."""
        waiters = self.waiters
        while waiters and waiters[0][2].turn.done():
            heapq.heappop(waiters)
        return waiters[0][2] if waiters else None
