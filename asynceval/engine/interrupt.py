"""Interrupts: the first winds the run down, the second ends it."""

import signal
from collections.abc import Awaitable, Callable
from typing import TypeVar

from anyio import CancelScope, create_task_group, open_signal_receiver, sleep

from asynceval.domain.events import Listener, SweepStopping
from asynceval.engine.stop import Stop

GRACE_SECONDS = 10.0
T = TypeVar("T")
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def heed(stop: Stop, run: CancelScope, open_calls: Callable[[], int], tell: Listener) -> None:
    """Turn signals into the end of a run; never returns by itself.

    After the first one nothing new is started, and calls that are open have 10 s to end. The run is
    cancelled when nothing is open, when that time is over, or at the second signal. A signal that
    is ignored, as under `nohup`, stays so.
    """
    heeded = [each for each in _SIGNALS if signal.getsignal(each) is not signal.SIG_IGN]
    with open_signal_receiver(*heeded) as signals:
        async with create_task_group() as tasks:
            async for _ in signals:
                if stop.is_requested or not open_calls():
                    stop.request()
                    run.cancel()
                    continue
                stop.request()
                tell(SweepStopping(open_calls(), GRACE_SECONDS))
                tasks.start_soon(_cancel_later, run)


async def unless_interrupted(work: Callable[[], Awaitable[T]]) -> T | None:
    """Return what the work gives; None if a signal came, which cancels it. Others are then ignored."""
    heeded = [each for each in _SIGNALS if signal.getsignal(each) is not signal.SIG_IGN]
    result = None
    with open_signal_receiver(*heeded) as signals:
        async with create_task_group() as tasks:

            async def cancel() -> None:
                async for _ in signals:
                    tasks.cancel_scope.cancel()

            tasks.start_soon(cancel)
            result = await work()
            tasks.cancel_scope.cancel()
    return result


async def _cancel_later(run: CancelScope) -> None:
    await sleep(GRACE_SECONDS)
    run.cancel()
