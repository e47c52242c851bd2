"""Stopping: one request to wind down, heard by everyone who waits."""

from anyio import Event, move_on_after


class Stop:
    """Asked for once, never taken back."""

    def __init__(self) -> None:
        """Start without the wish."""
        self._event = Event()

    @property
    def is_requested(self) -> bool:
        """Whether the run winds down."""
        return self._event.is_set()

    def request(self) -> None:
        """Wind down: nothing new is started."""
        self._event.set()

    async def sleep(self, seconds: float) -> None:
        """Sleep, but not past the request to stop."""
        with move_on_after(seconds):
            await self._event.wait()

    async def wait(self) -> None:
        """Wait for the request."""
        await self._event.wait()
