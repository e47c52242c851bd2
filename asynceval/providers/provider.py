"""A provider: how one kind of endpoint is spoken to, and what a response of its kind says."""

from typing import Any, ClassVar, NamedTuple, Protocol

from asynceval.domain.call import Call
from asynceval.domain.reply import Alternatives, Usage
from asynceval.providers.stream import Stream


class Said(NamedTuple):
    """What a response says, in words that all providers share.

    `text` is None where there is none, which is less than an empty one. `finish_reason` is "stop",
    "length" or "content_filter" where the provider's own word means that. `is_all` is false if the
    model meant to go on with something that is no text, such as a call of a tool. `alternatives` are of
    a verdict's first tokens. It `has_thought` if it tells so, though perhaps not what.
    """

    text: str | None
    finish_reason: str | None = None
    usage: Usage = Usage()
    model: str | None = None
    fingerprint: str | None = None
    reasoning: str | None = None
    refusal: str | None = None
    is_all: bool = True
    alternatives: tuple[Alternatives, ...] = ()
    has_thought: bool = False


class Provider(Protocol):
    """One kind of endpoint, made for one endpoint. Pure: no I/O, no clock.

    `efforts` are the types that `effort` may have: a word, a number of tokens. `stream` tells how its
    replies come in pieces, None if they never do. `home` is the path that a bare host gets, "" if none.
    """

    efforts: ClassVar[tuple[type, ...]]
    home: ClassVar[str]
    stream: ClassVar[Stream | None]

    @property
    def lacks(self) -> frozenset[str]:
        """The settings that it has no field for, by their keys in the config."""
        ...

    @property
    def place(self) -> str:
        """Where a response holds its text."""
        ...

    def url(self, call: Call) -> str:
        """Return where a call is sent to, with POST."""
        ...

    def headers(self, key: str | None) -> dict[str, str]:
        """Return the headers that all requests share; without a key none is sent."""
        ...

    def body(self, call: Call) -> bytes:
        """Return a call's request. A setting that is None is left to the server."""
        ...

    def read(self, parsed: Any) -> Said:
        """Return what the JSON of a success says.

        Raises UnreadableError, or any of KeyError, IndexError, TypeError and AttributeError where
        something is not where it belongs.
        """
        ...

    def listing(self) -> str | None:
        """Return where the endpoint lists its models, to be asked with GET; None if nowhere."""
        ...
