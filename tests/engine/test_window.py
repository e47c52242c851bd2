"""Check how open conversations are shared among lanes."""

from random import Random

import pytest
from anyio import create_task_group, current_time, fail_after, sleep, wait_all_tasks_blocked
from hypothesis import given, settings
from hypothesis import strategies as st

from asynceval.engine.window import LaneWindow, Window
from tests.virtual_time import run


@pytest.mark.parametrize(
    ("size", "lanes", "share"), [(100, 1, 100), (100, 3, 34), (100, 50, 4), (2, 1, 4), (9, 2, 5)]
)
def test_the_share(size: int, lanes: int, share: int) -> None:
    """The window is divided evenly, rounded up, and nobody has less than a handful."""
    window = Window(size)
    for _ in range(lanes):
        window.lane()
    assert window.share == share


def test_a_full_lane_waits_for_a_place() -> None:
    """Beyond its share a lane opens a conversation only when one of its own ends."""

    async def main() -> None:
        window = Window(8)
        lane, other = window.lane(), window.lane()
        for _ in range(4):
            await lane.enter()
        await other.enter()
        entered: list[float] = []

        async def enter() -> None:
            await lane.enter()
            entered.append(current_time())

        async with create_task_group() as tasks:
            tasks.start_soon(enter)
            await sleep(1)
            other.leave()
            await sleep(1)
            assert entered == []
            lane.leave()
        assert entered == [pytest.approx(2, abs=0.01)]

    run(main)


def test_a_finished_lane_leaves_its_share() -> None:
    """When a lane has nothing more to start, who waits in the others goes on at once."""

    async def main() -> int:
        window = Window(12)
        lane, other = window.lane(), window.lane()
        entered = 0

        async def enter() -> None:
            nonlocal entered
            while True:
                await lane.enter()
                entered += 1

        async with create_task_group() as tasks:
            tasks.start_soon(enter)
            await wait_all_tasks_blocked()
            assert entered == 6
            other.close()
            await wait_all_tasks_blocked()
            tasks.cancel_scope.cancel()
        return entered

    assert run(main) == 12


@given(seed=st.integers(0, 2**32))
@settings(deadline=None, max_examples=50)
def test_lanes_never_hang_or_overflow(seed: int) -> None:
    """However long conversations last, every lane starts all of its own, within its share."""

    async def converse(lane: LaneWindow, seconds: float) -> None:
        await sleep(seconds)
        lane.leave()

    async def hold(window: Window, lane: LaneWindow, random: Random) -> None:
        async with create_task_group() as conversations:
            for _ in range(random.randrange(40)):
                await lane.enter()
                assert lane._open <= window.share
                conversations.start_soon(converse, lane, random.choice([0.0, 1.0, random.random()]))
            lane.close()

    async def main() -> None:
        random = Random(seed)
        window = Window(random.randint(1, 30))
        lanes = [window.lane() for _ in range(random.randint(1, 5))]
        with fail_after(1000):
            async with create_task_group() as tasks:
                for lane in lanes:
                    tasks.start_soon(hold, window, lane, random)
        assert [lane._open for lane in lanes] == [0] * len(lanes)

    run(main)
