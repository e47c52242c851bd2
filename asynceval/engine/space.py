"""Space: what is written to the run directory, and what happens while the disk has no room for it."""

from collections.abc import Callable

from anyio import current_time, sleep

from asynceval.domain.errors import DiskFullError, StorageError
from asynceval.engine.gate import Gate
from asynceval.engine.stop import Stop

FULL_DISK_SECONDS = 60.0
"""For how long a full disk is given time to be no longer full."""
_AGAIN_SECONDS = 1.0


class Space:
    """Writes; while the disk is full no gate admits anybody. `waiting` counts the writes that wait."""

    def __init__(self, stop: Stop) -> None:
        """Start without gates. What cannot be written at all asks for a stop."""
        self._stop = stop
        self._gates: list[Gate] = []
        self.waiting = 0

    def guard(self, gate: Gate) -> None:
        """Let a gate be held while the disk is full."""
        self._gates.append(gate)

    async def write(self, put: Callable[[], None]) -> None:
        """Put something on the disk, once it has room.

        The first try comes before anything can happen in between. Raises DiskFullError if there is
        no room for more than a minute, and StorageError; the run is to end then.
        """
        try:
            put()
        except DiskFullError:
            await self._again(put)
        except StorageError:
            self._stop.request()
            raise

    async def _again(self, put: Callable[[], None]) -> None:
        end = current_time() + FULL_DISK_SECONDS
        self.waiting += 1
        for gate in self._gates:
            gate.hold()
        try:
            while True:
                await sleep(_AGAIN_SECONDS)
                try:
                    put()
                except DiskFullError:
                    if current_time() < end:
                        continue
                    self._stop.request()
                    raise
                return
        finally:
            self.waiting -= 1
            if not self.waiting:
                for gate in self._gates:
                    gate.release()
