"""Check that the wish to stop is heard by all who wait."""

from anyio import create_task_group, current_time, sleep

from asynceval.engine.stop import Stop
from tests.virtual_time import run


def test_sleeps_in_full_without_the_wish() -> None:
    """Nobody who asked to stop: a sleep takes its time."""

    async def main() -> float:
        await Stop().sleep(100)
        return current_time()

    assert 100 <= run(main) < 100.1


def test_wakes_all_who_wait() -> None:
    """The wish ends every sleep and wait, and later sleeps end at once."""

    async def main() -> float:
        stop = Stop()
        assert not stop.is_requested
        async with create_task_group() as tasks:
            tasks.start_soon(stop.sleep, 1000)
            tasks.start_soon(stop.wait)
            await sleep(3)
            stop.request()
        stop.request()
        assert stop.is_requested
        await stop.sleep(1000)
        return current_time()

    assert 3 <= run(main) < 3.1
