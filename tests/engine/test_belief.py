"""Check whose limit a stated limit is taken for."""

from anyio import create_task_group, current_time, sleep

from asynceval.engine.belief import Belief
from asynceval.engine.breaker import Breaker
from asynceval.engine.pace import Pace
from asynceval.engine.queue import Queue
from asynceval.engine.throttle import Throttle
from asynceval.providers.limits import Stated
from tests.virtual_time import run


def queue() -> Queue:
    return Queue(Throttle(50, Breaker(), is_auto=False))


def bucket(limit: int) -> Stated:
    """Return what a server states of a bucket from which one call has been taken."""
    return Stated(limit, limit - 1, 60 / limit)


def states(belief: Belief, queue: Queue, limit: int, now: float) -> bool:
    changed = belief.learn(bucket(limit), queue, belief.seen(queue), now)
    belief.land(queue)
    return changed


def test_models_that_go_on_stating_different_limits_have_their_own() -> None:
    """Two models state two limits: neither holds for the other."""
    belief, one, other = Belief(), queue(), queue()
    assert states(belief, one, 600, 100.0)
    assert states(belief, other, 1200, 101.0)
    assert not belief.is_by_model
    assert states(belief, one, 600, 102.0)
    assert belief.is_by_model
    assert belief.rpm is None


def test_a_limit_that_changes_is_still_the_accounts() -> None:
    """When every model states the new limit from then on, it holds for all of them together."""
    belief, one, other = Belief(), queue(), queue()
    for limit, now in ((600, 100.0), (1200, 110.0)):
        states(belief, one, limit, now)
        states(belief, other, limit, now + 1)
    assert not belief.is_by_model


def test_a_bucket_that_two_models_share_is_the_accounts() -> None:
    """What has come back to a bucket is not taken for calls that were counted elsewhere."""
    belief, one, other = Belief(), queue(), queue()
    for number in range(200):
        states(belief, one, 600, 100 + number / 10)
    states(belief, other, 600, 120)
    assert not belief.is_by_model


def test_who_waits_for_a_limit_that_is_lifted_goes_on() -> None:
    """A caller in the middle of its wait for the rate is let through when there is none any more."""

    async def main() -> float:
        pace = Pace(None, None, current_time)
        pace.limit_requests(60, sent=30)
        async with create_task_group() as tasks:
            tasks.start_soon(pace.acquire, 0.0)
            await sleep(1)
            pace.limit_requests(None, sent=0)
        return current_time()

    assert run(main) < 31
