"""The course of a part: what was sent, what came of it and what was told, in order."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from anyio import current_time

from asynceval.domain.events import Event

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that has reached a server.

    `in_flight` counts those to its endpoint, `of_account` those to its account, both with this one.
    `is_held` if something that is paid for waits for the disk.
    """

    endpoint: str
    model: str
    key: str
    in_flight: int
    of_account: int
    is_held: bool


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a request: reply, fault, unusable, slow (asked to slow down), end or dropped.

    `wait` are the seconds that the server asked for, `tokens` (prompt, completion) what it charges.
    """

    endpoint: str
    model: str
    key: str
    what: str
    wait: float = 0.0
    tokens: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """The run was asked to stop, or killed."""


Thing = Sent | Came | Stopped | Event


@dataclass(slots=True)
class Course:
    """Things and when they happened (seconds)."""

    things: list[tuple[float, Thing]] = field(default_factory=list)

    def note(self, thing: Thing) -> None:
        """Add what happens now."""
        self.things.append((current_time(), thing))

    def each(self, kind: type[_T]) -> Iterator[_T]:
        """Yield the things of a kind."""
        for _, thing in self.things:
            if isinstance(thing, kind):
                yield thing

    def has(self, kind: type[Thing]) -> bool:
        """Whether there is a thing of a kind."""
        return any(self.each(kind))
