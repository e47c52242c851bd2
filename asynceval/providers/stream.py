"""Streams: a reply that comes in pieces, put together to what it would have been in one."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from asynceval.providers import lenient
from asynceval.providers.refusal import is_error

Arrivals = tuple[tuple[int, float], ...]
"""How many bytes of a response had come, and how many seconds after it was asked for."""
_MARK = b"\xef\xbb\xbf"
"""Of the byte order, which may stand before the first event."""
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
    """A reply that was put together, and the seconds until its first and its last words had come.

    `flags` are of what was done to its text. It `has_begun` if other pieces came before one that is an
    error.
    """

    whole: Any
    first: float | None = None
    last: float | None = None
    flags: tuple[str, ...] = ()
    has_begun: bool = False


def streamed(stream: Stream, content: bytes, arrivals: Arrivals) -> Streamed:
    """Return the reply in a stream of events or of lines. Raises as a provider's `read` does.

    An error that comes instead of a piece, or after some, is returned as it is.
    """
    pieces: list[Any] = []
    spoken: list[int] = []
    is_odd = False
    for end, text in _pieces(content):
        piece, is_mended = _parsed(text)
        is_odd = is_odd or is_mended
        if is_error(piece):
            return Streamed(piece, has_begun=bool(pieces))
        pieces.append(piece)
        if stream.speaks(piece):
            spoken.append(end)
    if not pieces:
        raise UnreadableError(CUT)
    joined = stream.join(pieces)
    whole, flags = lenient.mended(joined) if is_odd else (joined, ())
    if not spoken:
        return Streamed(whole, flags=flags)
    first, last = _at(arrivals, spoken[0]), _at(arrivals, spoken[-1])
    return Streamed(whole, first, last, flags, has_begun=True)


def last_words(stream: Stream, content: bytes, arrivals: Arrivals) -> float | None:
    """Return when the last words of a stream had come, as far as it is here; None if there were none."""
    spoken = None
    try:
        for end, text in _pieces(content):
            if stream.speaks(lenient.piece(text)[0]):
                spoken = end
    except (ValueError, LookupError, TypeError, AttributeError):
        pass  # the last piece is not whole yet, or it is no stream
    return None if spoken is None else _at(arrivals, spoken)


def begins(content: bytes) -> bool:
    """Whether a body begins as events do, or lines of JSON."""
    start = content.lstrip().removeprefix(_MARK)
    return start.startswith((b"data:", b"event:", b":", b"id:", b"retry:", b"{"))


def _pieces(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each piece with the number of bytes up to its end: events of SSE, or lines of JSON.

    A line that was cut ends the stream; comments, names of events and `[DONE]` are no pieces.
    """
    start = 0
    data: list[bytes] = []
    for line in (*content.split(b"\n"), b""):
        start = min(len(content), start + len(line) + 1)
        text = line.strip().removeprefix(_MARK)
        if text.startswith(b"data:"):
            data.append(text[5:].strip())
            continue
        if not text and data:
            joined, data = b"\n".join(data), []
            if joined != b"[DONE]":
                yield start, joined
        elif text.startswith(b"{"):
            yield start, text


def _parsed(text: bytes) -> tuple[Any, bool]:
    try:
        return lenient.piece(text)
    except ValueError as error:
        raise UnreadableError(CUT) from error


def _at(arrivals: Arrivals, end: int) -> float | None:
    """Return when so many bytes had come."""
    return next((seconds for received, seconds in arrivals if received >= end - 1), None)
