"""Before a call is sent: money is held by who can use it, and a halt is heard wherever a call waits."""

from pathlib import Path

import pytest
from anyio import Event, create_task_group, current_time, sleep

from asynceval.domain.call import Call
from asynceval.domain.events import Answered, EndpointDown
from asynceval.domain.failure import Cause, Failure
from asynceval.domain.sweep import Budget, Endpoint, Sweep, Target
from asynceval.engine.transport import Response
from asynceval.providers.signal import Action, Signal
from tests.engine.fakes import Asked, FakeTransport, Rig, completion, refusal, rig, script, talk
from tests.virtual_time import run

HOUSE = Endpoint("house", "http://house.test", parallel=1)
OTHER = Endpoint("other", "http://other.test", parallel=2)
WORST = 4300
"""About the tokens that a short question takes at the worst."""
HALT = Failure(Cause.AUTH, "no such key", 401)


def within(calls: int) -> Sweep:
    """Return a sweep with a budget for so many calls at their worst."""
    targets = (Target("m", "house", "m"), Target("n", "other", "n"))
    return Sweep("test", (HOUSE, OTHER), targets, (), budget=Budget(tokens=calls * WORST))


async def all_money_is_free(r: Rig) -> bool:
    """Whether two calls to the other endpoint, which take a second each, go out together."""
    start = current_time()
    async with create_task_group() as tasks:
        for prompt in ("Free?", "All?"):
            tasks.start_soon(r.ask, prompt, "n", "other")
    return current_time() - start < 1.5


@pytest.mark.parametrize("seconds", [0, 3, 20, 100])
def test_who_waits_for_a_server_that_is_down_holds_no_money(tmp_path: Path, seconds: int) -> None:
    """Calls to another one go on meanwhile; when it is back, all of its own are answered."""

    def is_out(asked: Asked) -> bool:
        return asked.model == "m" and asked.at < 200

    def answer(asked: Asked) -> Response:
        return refusal(503) if is_out(asked) else talk(asked)

    def latency(asked: Asked) -> float:
        return 0.2 if is_out(asked) else 1.0

    outcomes: list[object] = []

    async def ask(number: int) -> None:
        outcomes.append(await r.ask(f"{number}?"))

    async def main() -> None:
        down = Event()
        r.listen(lambda event: down.set() if isinstance(event, EndpointDown) else None)
        async with create_task_group() as tasks:
            for number in range(8):
                tasks.start_soon(ask, number)
            await down.wait()
            await sleep(seconds)
            assert await all_money_is_free(r)

    with rig(tmp_path, FakeTransport(answer, latency), HOUSE, OTHER, wanted=within(2)) as r:
        run(main)
        assert r.purse.waiting == 0
        assert all(isinstance(outcome, Answered) for outcome in outcomes)
    assert len(outcomes) == 8


def test_who_waits_as_a_server_asked_holds_no_money(tmp_path: Path) -> None:
    """A minute of Retry-After is nobody else's minute."""

    async def main() -> None:
        async with create_task_group() as tasks:
            for number in range(4):
                tasks.start_soon(r.ask, f"{number}?")
            await sleep(5)
            assert await all_money_is_free(r)

    lines = script(refusal(429, Retry_After="60"))
    with rig(tmp_path, FakeTransport(lines), HOUSE, OTHER, wanted=within(2)) as r:
        run(main)
        assert len(r.store) == 6


def test_a_halt_ends_the_wait_for_money(tmp_path: Path) -> None:
    """A call to a model that is not served any more is over at once, and keeps nobody waiting."""

    async def main() -> None:
        async with create_task_group() as tasks:
            tasks.start_soon(r.ask, "Long?", "n", "other")
            await sleep(1)
            tasks.start_soon(halt)
            outcome = await r.ask()
            assert isinstance(outcome, Failure)
            assert outcome.cause is Cause.NOT_REACHED
            assert "no such key" in outcome.message
            assert current_time() < 7
            assert r.purse.waiting == 0

    async def halt() -> None:
        await sleep(5)
        assert r.purse.waiting == 1
        r.routes["house"].halt(Call("m", "m", ()), HALT)

    with rig(tmp_path, FakeTransport(latency=50.0), HOUSE, OTHER, wanted=within(1)) as r:
        run(main)


def test_a_halt_ends_the_wait_for_the_rates(tmp_path: Path) -> None:
    """Nobody waits a minute for a request that is not to be sent."""
    slow = Endpoint("house", "http://house.test", parallel=2, rpm=1)

    async def main() -> None:
        await r.ask("First?")
        start = current_time()
        async with create_task_group() as tasks:
            tasks.start_soon(halt)
            assert isinstance(await r.ask("Second?"), Failure)
            assert current_time() - start < 6

    async def halt() -> None:
        await sleep(5)
        r.routes["house"].halt(Call("m", "m", ()), HALT)

    with rig(tmp_path, FakeTransport(), slow) as r:
        run(main)
        assert r.gates["house"].in_flight == 0
    assert len(r.transport.asked) == 1


@pytest.mark.parametrize("is_paid", [True, False])
def test_what_earlier_runs_lost_counts_against_the_budget(tmp_path: Path, *, is_paid: bool) -> None:
    """A call without a reply that the server may have charged for is not forgotten."""
    broken = Signal(Failure(Cause.MALFORMED, "no JSON"), Action.GIVE_UP, maybe_paid=is_paid)
    with rig(tmp_path, FakeTransport(lambda _: broken), HOUSE, OTHER, wanted=within(1)) as r:
        run(r.ask, "1?")
    with rig(tmp_path, FakeTransport(), HOUSE, OTHER, wanted=within(1)) as r:
        assert isinstance(run(r.ask, "2?"), Failure) is is_paid


def test_a_reply_whose_tokens_were_not_counted_counts_at_its_worst(tmp_path: Path) -> None:
    """Also for the runs that come after it."""
    for prompt, is_answered in (("1?", True), ("2?", True), ("3?", False)):
        transport = FakeTransport(lambda _: completion("Yes.", usage=None))
        with rig(tmp_path, transport, HOUSE, OTHER, wanted=within(2)) as r:
            assert isinstance(run(r.ask, prompt), Answered) is is_answered
