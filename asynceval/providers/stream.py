"""Streams: a reply that comes in pieces, put together to what it would have been in one."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

Arrivals = tuple[tuple[int, float], ...]
"""How many bytes of a response had come, and how many seconds after it was asked for."""
CUT = "the stream was cut off before the answer ended"


class UnreadableError(ValueError):
    """A success that is no reply: what is wrong with it, in words for people."""


@dataclass(frozen=True, slots=True)
class Stream:
    """How one kind of endpoint streams.

    `fields` are put into the request, `url` makes its URL. `join` makes of all pieces the JSON of a reply
    that comes whole, and raises UnreadableError if they are not all there; `speaks` tells whether a
    piece holds words, of the answer or of the thinking.
    """

    join: Callable[[list[Any]], Any]
    speaks: Callable[[Any], bool]
    fields: Mapping[str, Any] = field(default_factory=dict)
    url: Callable[[str], str] = str


@dataclass(frozen=True, slots=True)
class Streamed:
    """A reply that was put together, and the seconds until its first and its last words had come."""

    whole: Any
    first: float | None = None
    last: float | None = None


def streamed(stream: Stream, content: bytes, arrivals: Arrivals) -> Streamed:
    """Return the reply in a stream of events or of lines. Raises as a provider's `read` does.

    An error that comes instead of a piece, or after some, is returned as it is.
    """
    pieces: list[Any] = []
    spoken: list[int] = []
    for end, piece in _pieces(content):
        if isinstance(piece, dict) and piece.get("error"):
            return Streamed(piece)
        pieces.append(piece)
        if stream.speaks(piece):
            spoken.append(end)
    if not pieces:
        raise UnreadableError(CUT)
    whole = stream.join(pieces)
    if not spoken:
        return Streamed(whole)
    return Streamed(whole, _at(arrivals, spoken[0]), _at(arrivals, spoken[-1]))


def _pieces(content: bytes) -> Iterator[tuple[int, Any]]:
    """Yield each piece with the number of bytes up to its end: events of SSE, or lines of JSON.

    A line that was cut ends the stream; comments, names of events and `[DONE]` are no pieces.
    """
    start = 0
    data: list[bytes] = []
    for line in (*content.split(b"\n"), b""):
        start = min(len(content), start + len(line) + 1)
        text = line.strip()
        if text.startswith(b"data:"):
            data.append(text[5:].strip())
            continue
        if not text and data:
            joined, data = b"\n".join(data), []
            if joined != b"[DONE]":
                yield start, _parsed(joined)
        elif text.startswith(b"{"):
            yield start, _parsed(text)


def _parsed(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except ValueError as error:
        raise UnreadableError(CUT) from error


def _at(arrivals: Arrivals, end: int) -> float | None:
    """Return when so many bytes had come."""
    return next((seconds for received, seconds in arrivals if received >= end - 1), None)
