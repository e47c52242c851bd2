"""Check how many calls an account takes, to all its models together."""

from asynceval.domain.sweep import Endpoint
from asynceval.engine.breaker import Breaker
from asynceval.engine.ceiling import Ceiling
from asynceval.engine.climb import Climb
from asynceval.engine.gate import Gate
from asynceval.engine.queue import Admission
from asynceval.engine.throttle import Throttle
from tests.virtual_time import run


def test_an_unknown_account_starts_with_few() -> None:
    """With `auto` 16 go out, and half as many more as were answered while all places were taken."""
    ceiling = Ceiling(1000, is_auto=True)
    assert ceiling.limit == 16
    for _ in range(8):
        ceiling.land(0.0, 1, 1.0)
    assert ceiling.limit == 16
    ceiling.admit(16, 2.0)
    for _ in range(8):
        ceiling.land(2.0, 1, 3.0)
    assert ceiling.limit == 20


def test_no_step_up_before_twenty_times_the_servers_wait() -> None:
    """However many answers come, a refusal that costs a second of waiting is risked once in twenty."""
    climb = Climb()
    climb.cut(100.0, 1.0)
    for _ in range(1000):
        climb.land()
    assert not climb.is_due(119.9)
    assert climb.is_due(120.1)


def test_calls_that_go_out_together_count_as_one_burst() -> None:
    """The first of a burst may be the one that is refused: the others had gone out by then."""

    async def main() -> tuple[int, int]:
        gate = Gate(Endpoint("e", "http://e.test", parallel=50))
        throttles = [Throttle(50, Breaker(), is_auto=False) for _ in range(2)]
        queues = [gate.queue(throttle) for throttle in throttles]
        inside = [await gate.enter(queues[number % 2], 0) for number in range(30)]
        first = inside[0]
        assert isinstance(first, Admission)
        gate.refuse(first, 1.0, None, 0.5)
        return gate.status(None).limit, throttles[0].limit

    assert run(main) == (28, 50)  # the refused one, and a twentieth of the others
