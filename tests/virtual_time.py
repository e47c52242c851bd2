"""An event loop whose clock jumps to the next timer: hours pass in milliseconds, in a fixed order."""

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import anyio

_STEP = 1e-6
_T = TypeVar("_T")


class _Selector(selectors.SelectSelector):
    """Never waits: what the loop would have slept is added to the clock instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("deadlock: every task waits, and no timer is set")
        # aiolimiter leaves float residues that would spin a clock that stands still.
        self.now += _STEP if ready else max(timeout or 0.0, _STEP)
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """A loop on virtual time. `time()` starts at 0."""

    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.now


def run(function: Callable[..., Awaitable[_T]], *args: Any) -> _T:
    """Run an async function to its end on virtual time and return its result."""
    return anyio.run(function, *args, backend_options={"loop_factory": VirtualTimeLoop})
