"""What waits at a gate and around it, and for what."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from asynceval.domain.events import Wait
from asynceval.engine.queue import Queue


class Waiting:
    """Counts the callers who wait by what they wait for."""

    def __init__(self) -> None:
        """Start with nobody."""
        self._outside: Counter[Wait] = Counter()

    @contextmanager
    def outside(self, what: Wait) -> Iterator[None]:
        """Count a caller who waits for something else before it comes to the gate."""
        self._outside[what] += 1
        try:
            yield
        finally:
            self._outside[what] -= 1

    def count(
        self,
        queues: Iterable[Queue],
        pacing: Wait | None,
        clock: Callable[[], float],
        *,
        is_held: bool,
    ) -> Counter[Wait]:
        """Return how many wait for what; `pacing` is the rate that one of them waits for, if any does.

        The clock (seconds) is read only if somebody waits: a gate can be asked after its run, too.
        """
        waits = +self._outside
        if pacing is not None:
            waits[pacing] += 1
        for queue in queues:
            if queue.first() is not None:
                reason = "disk" if is_held else queue.holds_back(clock(), pacing)
                waits[reason] += len(queue.waiters)
        return waits
