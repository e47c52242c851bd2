"""Check who gets into an endpoint, and when."""

from collections.abc import Awaitable, Callable
from functools import partial
from random import Random

import pytest
from anyio import (
    CancelScope,
    create_task_group,
    current_time,
    sleep,
    sleep_until,
    wait_all_tasks_blocked,
)
from anyio.lowlevel import checkpoint
from hypothesis import given, settings
from hypothesis import strategies as st

from asynceval.domain.sweep import Endpoint
from asynceval.engine.breaker import Breaker
from asynceval.engine.gate import Gate
from asynceval.engine.queue import Admission
from asynceval.engine.throttle import Throttle
from tests.virtual_time import run

SEEDS = st.integers(0, 2**32)


class Door(Gate):
    """A gate with one queue, to a model that has answered before; places are given back in order."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(endpoint)
        throttle = Throttle(endpoint.most_in_flight, Breaker(), is_auto=False)
        throttle.is_proven = True
        self.door = self.queue(throttle)
        self.inside: list[Admission] = []

    async def go_in(self, priority: int, tokens: float = 0.0) -> bool:
        admission = await self.enter(self.door, priority, tokens)
        if isinstance(admission, Admission):
            self.inside.append(admission)
        return isinstance(admission, Admission)

    def go_out(self) -> None:
        self.leave(self.inside.pop(0))


def gate_of(parallel: int, rpm: float | None = None) -> Door:
    return Door(Endpoint("e", "http://e.test", parallel=parallel, rpm=rpm))


async def fill(gate: Door) -> None:
    """Take every place that is free."""
    while gate.in_flight < gate.endpoint.most_in_flight:
        assert await gate.go_in(0)


def test_never_more_in_flight_than_allowed() -> None:
    """However many ask, `parallel` of them are in, and all of those places are used."""
    peak = 0

    async def use(gate: Door) -> None:
        nonlocal peak
        assert await gate.go_in(0)
        peak = max(peak, gate.in_flight)
        await sleep(1)
        gate.go_out()

    async def main() -> float:
        gate = gate_of(3)
        async with create_task_group() as tasks:
            for _ in range(30):
                tasks.start_soon(use, gate)
        assert gate.in_flight == 0
        return current_time()

    assert run(main) == pytest.approx(10, abs=0.01)
    assert peak == 3


def test_lower_priority_first_then_arrival() -> None:
    """Who waits goes in by priority, and among equals by arrival."""
    order: list[str] = []

    async def use(gate: Door, name: str, priority: int) -> None:
        assert await gate.go_in(priority)
        order.append(name)
        await checkpoint()
        gate.go_out()

    async def main() -> None:
        gate = gate_of(1)
        await fill(gate)
        async with create_task_group() as tasks:
            for name, priority in [("a1", 1), ("b0", 0), ("c1", 1), ("d-2", -2), ("e0", 0)]:
                tasks.start_soon(use, gate, name, priority)
                await wait_all_tasks_blocked()
            gate.go_out()

    run(main)
    assert order == ["d-2", "b0", "e0", "a1", "c1"]


def test_nobody_overtakes_at_a_free_place() -> None:
    """A newcomer does not slip in between a place getting free and its taker running."""
    order: list[str] = []

    async def use(gate: Door, name: str) -> None:
        assert await gate.go_in(0)
        order.append(name)
        gate.go_out()

    async def main() -> None:
        gate = gate_of(1)
        await fill(gate)
        async with create_task_group() as tasks:
            tasks.start_soon(use, gate, "waited")
            await wait_all_tasks_blocked()
            gate.go_out()
            await use(gate, "came")

    run(main)
    assert order == ["waited", "came"]


@pytest.mark.parametrize("rpm", [1.0, 7.0, 60.0, 600.0, 3000.0])
@pytest.mark.parametrize("parallel", [1, 5])
def test_no_minute_over_its_rate(parallel: int, rpm: float) -> None:
    """No 60 s, wherever they start, see more than `rpm` requests."""
    times = admissions(gate_of(parallel, rpm), minutes=3)
    for first, (start, limit) in enumerate(zip(times, times[int(rpm) :], strict=False)):
        assert limit - start > 60 - 1e-6, f"{int(rpm) + 1} requests from request {first} on"


@pytest.mark.parametrize("rpm", [20.0, 60.0, 600.0, 3000.0])
def test_the_rate_is_used(rpm: float) -> None:
    """Over minutes, at least 95 % of `rpm` get through."""
    assert len(admissions(gate_of(50, rpm), minutes=5)) >= 0.95 * rpm * 5


def admissions(gate: Door, minutes: int) -> list[float]:
    """Return when those who ask without end get in."""
    times: list[float] = []

    async def use() -> None:
        while await gate.go_in(0):
            times.append(current_time())
            await checkpoint()
            gate.go_out()

    async def main() -> None:
        async with create_task_group() as tasks:
            for _ in range(gate.endpoint.most_in_flight + 2):
                tasks.start_soon(use)
            await sleep(60 * minutes)
            gate.close()

    run(main)
    return times


def test_the_rate_is_used_while_places_are_held() -> None:
    """Calls that take long do not hold up the rate as long as there are places."""

    async def use(gate: Door) -> None:
        assert await gate.go_in(0)
        await sleep(1000)
        gate.go_out()

    async def main() -> int:
        gate = gate_of(100, rpm=60)
        async with create_task_group() as tasks:
            for _ in range(50):
                tasks.start_soon(use, gate)
            await sleep(30)
            in_flight = gate.in_flight
            tasks.cancel_scope.cancel()
        return in_flight

    assert run(main) in (30, 31)


def test_priority_holds_under_a_rate() -> None:
    """Where the rate is the limit, who waits still goes by priority."""
    order: list[int] = []

    async def use(gate: Door, priority: int) -> None:
        assert await gate.go_in(priority)
        order.append(priority)
        gate.go_out()

    async def main() -> None:
        gate = gate_of(50, rpm=60)
        assert await gate.go_in(0)
        async with create_task_group() as tasks:
            for priority in (9, 4, 2, 8, 1, 3):
                tasks.start_soon(use, gate, priority)
                await wait_all_tasks_blocked()

    run(main)
    # The 9 came first, found nobody waiting, and was at the head when the others came.
    assert order == [9, 1, 2, 3, 4, 8]


def test_who_waits_for_its_rate_waits_for_what_happens_meanwhile_too() -> None:
    """A call that has a place and waits for its rate goes out no sooner than the others."""

    async def measure(change: Callable[[Door], None]) -> tuple[float, int]:
        gate = gate_of(10, rpm=60)
        assert await gate.go_in(0)
        async with create_task_group() as tasks:
            tasks.start_soon(gate.go_in, 0)
            await wait_all_tasks_blocked()
            assert gate.in_flight == 2
            change(gate)
            await sleep(30)
            inside = len(gate.inside)
            gate.release()
        return gate.inside[-1].since, inside

    def cool(gate: Door) -> None:
        gate.door.throttle.cool_until = 25.0

    def break_down(gate: Door) -> None:
        breaker = gate.door.throttle.breaker
        for number in range(12):
            breaker.fail(bytes([number]), 0.0, 0.0, is_probe=False, asked_for=25.0)

    for change in (cool, break_down):
        at, _ = run(measure, change)
        assert 25 <= at < 27
    at, inside = run(measure, Door.hold)
    assert (inside, at >= 30) == (1, True)


@pytest.mark.parametrize("rpm", [None, 30.0])
@given(seed=SEEDS)
@settings(deadline=None, max_examples=60)
def test_cancelled_anywhere_leaks_no_place(rpm: float | None, seed: int) -> None:
    """Whoever is cancelled, and whenever, no place is lost and none is given twice."""

    async def use(gate: Door, random: Random, peaks: list[int]) -> None:
        # Whole seconds, so that admission and cancellation fall on the same step of the loop.
        await sleep_until(random.randrange(10))
        with CancelScope(deadline=random.choice([1, 2, 3, 5, 8, 13, 1000])):
            if await gate.go_in(random.randrange(3)):
                peaks.append(gate.in_flight)
                try:
                    await sleep_until(random.randrange(15))
                finally:
                    gate.go_out()

    async def main() -> None:
        random = Random(seed)
        gate = gate_of(random.randint(1, 3), rpm)
        peaks = [0]
        async with create_task_group() as tasks:
            for _ in range(random.randint(1, 15)):
                tasks.start_soon(use, gate, random, peaks)
        assert max(peaks) <= gate.endpoint.most_in_flight
        assert gate.in_flight == 0
        await fill(gate)
        assert gate.status(None).waits_for is None

    run(main)


@pytest.mark.parametrize("rpm", [None, 30.0])
@given(seed=SEEDS)
@settings(deadline=None, max_examples=40)
def test_closed_anywhere_sends_everyone_away(rpm: float | None, seed: int) -> None:
    """Once a gate is closed nobody gets in any more, and nobody waits on."""
    late: list[float] = []

    async def use(gate: Door, random: Random, closing: float) -> None:
        await sleep_until(random.randrange(10))
        if await gate.go_in(random.randrange(3)):
            if gate.status(None).waits_for == "stopped":
                late.append(current_time())
            await sleep_until(min(random.randrange(15), closing))
            gate.go_out()

    async def main() -> float:
        random = Random(seed)
        gate = gate_of(random.randint(1, 3), rpm)
        closing = random.randrange(1, 10)
        async with create_task_group() as tasks:
            for _ in range(random.randint(1, 15)):
                tasks.start_soon(use, gate, random, closing)
            await sleep_until(closing)
            gate.close()
        assert gate.in_flight == 0
        assert gate.status(None).waiting == 0
        return current_time()

    assert run(main) < 10
    assert late == []


def test_closed_between_turn_and_entry() -> None:
    """Who was given a place at the moment of closing is sent away, and the place is not lost."""

    async def main() -> None:
        for gate in (gate_of(1), gate_of(1, rpm=60)):
            assert await gate.go_in(0)
            outcome = await during(gate, gate.go_in(0), partial(leave_and_close, gate))
            assert outcome is False
            assert gate.in_flight == 0

    async def sent_away() -> None:
        gate = gate_of(1)
        await fill(gate)
        assert await during(gate, gate.go_in(0), partial(close_and_look, gate)) is False

    def close_and_look(gate: Door) -> None:
        gate.close()
        assert gate.status(None).waiting == 0

    def leave_and_close(gate: Door) -> None:
        gate.go_out()
        gate.close()

    run(main)
    run(sent_away)


def test_one_paces_at_a_time() -> None:
    """A place that gets free while its taker has yet to run lets nobody else pace beside it."""

    async def use(gate: Door, order: list[int], priority: int) -> None:
        if await gate.go_in(priority):
            order.append(priority)
            gate.go_out()

    async def main() -> list[int]:
        gate = gate_of(2, rpm=60)
        order: list[int] = []
        assert await gate.go_in(0)
        assert await gate.go_in(0)
        async with create_task_group() as tasks:
            for priority in (1, 2, 3):
                tasks.start_soon(use, gate, order, priority)
            await wait_all_tasks_blocked()
            gate.go_out()
            gate.go_out()
            await checkpoint()
            await use(gate, order, 0)
        return order

    # The 1 is at the head when the 0 comes; both of the others wait behind it.
    assert run(main) == [1, 0, 2, 3]


def test_closing_sends_the_one_away_who_paces() -> None:
    """Who waits for the rate when the gate closes is sent away at once."""

    async def main() -> float:
        gate = gate_of(5, rpm=1)
        assert await gate.go_in(0)
        assert await during(gate, gate.go_in(0), gate.close) is False
        assert await gate.go_in(0) is False
        assert gate.in_flight == 1
        return current_time()

    assert run(main) < 1


def test_says_what_most_calls_wait_for() -> None:
    """Of several reasons the status names the one that holds back the most calls."""

    async def main() -> None:
        gate = gate_of(1)
        await fill(gate)
        other = gate.queue(Throttle(1, Breaker(), is_auto=False))
        other.throttle.refuse(0.0, 1, 0.0, 60.0, 0.5, is_accounts=True)
        async with create_task_group() as tasks:
            tasks.start_soon(gate.go_in, 0)
            for _ in range(2):
                tasks.start_soon(gate.enter, other, 0)
            await wait_all_tasks_blocked()
            status = gate.status(None)
            assert (status.waits_for, status.waiting) == ("cool-down", 3)
            with gate.outside("back-off"), gate.outside("back-off"), gate.outside("back-off"):
                assert gate.status(None).waits_for == "back-off"
            gate.close()

    run(main)


def test_says_what_it_waits_for() -> None:
    """The status names the limit that holds calls back."""

    async def main() -> None:
        gate = gate_of(1)
        assert gate.status(None).waits_for is None
        await fill(gate)
        assert gate.status(None).waits_for is None
        await during(gate, gate.go_in(0), lambda: check(gate, "in flight"))

        paced = gate_of(2, rpm=60)
        assert await paced.go_in(0)
        await during(paced, paced.go_in(0), lambda: check(paced, "rpm"))

        gate.rate_limited = 2
        with gate.outside("back-off"), gate.outside("back-off"), gate.outside("back-off"):
            status = gate.status("no money")
        assert (status.waits_for, status.waiting) == ("back-off", 3)
        assert (status.rate_limited, status.halted) == (2, "no money")
        assert (status.name, status.in_flight, status.limit) == ("e", 1, 1)
        gate.close()
        assert gate.status(None).waits_for == "stopped"

    def check(gate: Door, expected: str) -> None:
        status = gate.status(None)
        assert (status.waits_for, status.waiting) == (expected, 1)
        gate.go_out()

    run(main)


async def during(gate: Door, entry: Awaitable[bool], act: Callable[[], None]) -> bool | None:
    """Act while somebody waits to get in; return what becomes of the wait."""
    outcome: bool | None = None

    async def wait() -> None:
        nonlocal outcome
        outcome = await entry

    async with create_task_group() as tasks:
        tasks.start_soon(wait)
        await wait_all_tasks_blocked()
        assert gate.status(None).waiting == 1
        act()
    return outcome


def test_what_follows_from_a_reply_goes_first() -> None:
    """A place given back goes to the call that its reply leads to, before what waited already."""

    async def use(gate: Door, order: list[int], priority: int) -> None:
        assert await gate.go_in(priority)
        order.append(priority)
        gate.go_out()

    async def main() -> list[int]:
        gate = gate_of(1)
        order: list[int] = []
        assert await gate.go_in(1)
        async with create_task_group() as tasks:
            tasks.start_soon(use, gate, order, 1)
            await wait_all_tasks_blocked()
            gate.go_out()
            await use(gate, order, -2)
        return order

    assert run(main) == [-2, 1]
