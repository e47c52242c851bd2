"""Waiting: for how long the calls at each account waited, and for what."""

from dataclasses import dataclass

from asynceval.store.waitlog import Waited


@dataclass(frozen=True, slots=True)
class Waiting:
    """The seconds in which most of those calls that waited at an account waited for one cause.

    `account` is the endpoint's name where it has none. `of` are the seconds that all runs took, of which
    several causes may take a part one after the other, never at once.
    """

    account: str
    cause: str
    seconds: float
    of: float


def waiting(waited: Waited) -> tuple[Waiting, ...]:
    """Return a row for each cause at each account, by account and then the longest first."""
    return tuple(
        Waiting(account, cause, seconds, waited.watched)
        for account, causes in sorted(waited.gates.items())
        for cause, seconds in sorted(causes.items(), key=lambda item: (-item[1], item[0]))
    )
