"""Stalls: a response in pieces, each of which must come in time."""

from collections.abc import AsyncIterator
from typing import Protocol

from anyio import move_on_after


class Pieces(Protocol):
    """What a response is read from."""

    async def readany(self) -> bytes:
        """Return what has come; nothing at the end."""
        ...


class StalledError(TimeoutError):
    """The next piece did not come in time."""


async def timely(pieces: Pieces, seconds: float) -> AsyncIterator[bytes]:
    """Yield the pieces of a response. Raises StalledError if one comes so late after that before it.

    The first may take its time: a model may think long before it speaks.
    """
    piece = await pieces.readany()
    while piece:
        yield piece
        with move_on_after(seconds) as limit:
            piece = await pieces.readany()
        if limit.cancelled_caught:
            raise StalledError(f"stood still for {seconds:g} s")
