"""Check what signals do to a run. They are real, and sent to this very process."""

import os
import signal
from dataclasses import dataclass, field

import pytest
from anyio import CancelScope, create_task_group, current_time, sleep, wait_all_tasks_blocked

from asynceval.domain.events import Event, SweepStopping
from asynceval.engine.interrupt import heed
from asynceval.engine.stop import Stop
from tests.virtual_time import run

NUMBERS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@dataclass
class Heard:
    """A run that lasts until it is cancelled, and what it heard."""

    open_calls: int
    stop: Stop = field(default_factory=Stop)
    events: list[Event] = field(default_factory=list)
    ended: float = 0.0

    async def run(self, *sent: tuple[float, signal.Signals]) -> None:
        """Run, and send the signals, each so many seconds after the one before."""
        started = current_time()
        async with create_task_group() as background:
            with CancelScope() as work:
                background.start_soon(
                    heed, self.stop, work, lambda: self.open_calls, self.events.append
                )
                # The receiver must be there first: without it, the signal ends the tests.
                await wait_all_tasks_blocked()
                started = current_time()
                for seconds, number in sent:
                    await sleep(seconds)
                    os.kill(os.getpid(), number)
                await sleep(1000)
            self.ended = current_time() - started
            background.cancel_scope.cancel()


@pytest.mark.parametrize("number", NUMBERS)
def test_the_first_winds_down(number: signal.Signals) -> None:
    """After the first signal open calls have 10 s, then the run is cancelled."""
    heard = Heard(open_calls=3)
    run(heard.run, (5.0, number))
    assert heard.stop.is_requested
    assert heard.events == [SweepStopping(3, 10.0)]
    assert heard.ended == pytest.approx(15, abs=0.01)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_second_ends_it(number: signal.Signals) -> None:
    """A second signal, of whichever kind, cancels the run at once."""
    heard = Heard(open_calls=3)
    run(heard.run, (5.0, signal.SIGINT), (2.0, number))
    assert len(heard.events) == 1
    assert heard.ended == pytest.approx(7, abs=0.01)


def test_with_nothing_open_the_first_ends_it() -> None:
    """With no call open there is nothing to wait for."""
    heard = Heard(open_calls=0)
    run(heard.run, (5.0, signal.SIGTERM))
    assert heard.stop.is_requested
    assert heard.events == []
    assert heard.ended == pytest.approx(5, abs=0.01)


def test_without_a_signal_nothing_happens() -> None:
    """A run that is not interrupted is not disturbed."""
    heard = Heard(open_calls=3)
    run(heard.run)
    assert not heard.stop.is_requested
    assert heard.ended == pytest.approx(1000, abs=0.01)
