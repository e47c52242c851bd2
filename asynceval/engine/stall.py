"""Stalls: a response in pieces, whose words must come in time."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from math import inf
from typing import Protocol

from anyio import CancelScope, current_time

from asynceval.providers.stream import Arrivals


class Pieces(Protocol):
    """What a response is read from."""

    async def readany(self) -> bytes:
        """Return what has come; nothing at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Stall:
    """How many seconds there may be between words, and what tells when the last ones of a body had come."""

    seconds: float
    last_words: Callable[[bytes, Arrivals], float | None]


class StalledError(TimeoutError):
    """The next words did not come in time."""


async def timely(
    pieces: Pieces, stall: Stall, begun: float, arrivals: list[tuple[int, float]]
) -> AsyncIterator[bytes]:
    """Yield the pieces of a response, and note in `arrivals` when they came, from `begun` on.

    Raises StalledError if no words come for so long after others. The first may take their time, as a
    model may think long before it speaks; what keeps a connection open meanwhile counts for nothing.
    """
    received, deadline = 0, inf
    body: list[bytes] = []
    while True:
        with CancelScope(deadline=deadline) as limit:
            piece = await pieces.readany()
        if limit.cancelled_caught:
            # The words are looked for only here, so what comes in time costs nothing.
            last = stall.last_words(b"".join(body), tuple(arrivals))
            now = current_time()
            deadline = stall.seconds + (now if last is None else begun + last)
            if deadline <= now:
                raise StalledError(f"stood still for {stall.seconds:g} s")
            continue
        if not piece:
            return
        received += len(piece)
        body.append(piece)
        arrivals.append((received, current_time() - begun))
        deadline = min(deadline, current_time() + stall.seconds)
        yield piece
