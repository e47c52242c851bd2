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
    """Writes; while the disk is full no gate admits anybody. `unkept` replies wait to be written."""

    def __init__(self, stop: Stop) -> None:
        """Start without gates. What cannot be written at all asks for a stop."""
        self._stop = stop
        self._gates: list[Gate] = []
        self._waiting = 0
        self.unkept = 0

    def guard(self, gate: Gate) -> None:
        """Let a gate be held while the disk is full."""
        self._gates.append(gate)

    async def keep(self, put: Callable[[], None]) -> None:
        """Write a reply, once the disk has room.

        The first try comes before anything can happen in between. Raises DiskFullError if there is
        no room for more than a minute, and StorageError; the run is to end then.
        """
        if self._full(put) is not None:
            self.unkept += 1
            try:
                await self._again(put, is_reply=True)
            finally:
                self.unkept -= 1

    async def note(self, put: Callable[[], None]) -> None:
        """Write what is about to be sent, as `keep` does; but not before replies that wait."""
        if self.unkept or self._full(put) is not None:
            await self._again(put, is_reply=False)

    async def _again(self, put: Callable[[], None], *, is_reply: bool) -> None:
        end = current_time() + FULL_DISK_SECONDS
        self._waiting += 1
        for gate in self._gates:
            gate.hold()
        try:
            while True:
                await sleep(_AGAIN_SECONDS)
                if self.unkept and not is_reply:
                    continue
                full = self._full(put)
                if full is None:
                    return
                if current_time() >= end:
                    self._stop.request()
                    raise full
        finally:
            self._waiting -= 1
            if not self._waiting:
                for gate in self._gates:
                    gate.release()

    def _full(self, put: Callable[[], None]) -> DiskFullError | None:
        """Write, and return the error if there is no room."""
        try:
            put()
        except DiskFullError as error:
            return error
        except StorageError:
            self._stop.request()
            raise
        return None
