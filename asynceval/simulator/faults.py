"""Faults: which requests fail, and how, decided by the request and the number of its attempt."""

from dataclasses import dataclass
from enum import StrEnum

from asynceval.simulator.dice import unit


class Fault(StrEnum):
    """A way to fail, as named in `--fault` and in `/stats`.

    The first kinds refuse a request at once; of those after `HANG` the work is done, and paid.
    """

    INTERNAL = "500"
    """HTTP 500."""
    UNAVAILABLE = "503"
    """HTTP 503."""
    OVERLOADED = "529"
    """HTTP 529, as some providers say that they are overloaded."""
    RATE = "429"
    """HTTP 429 that asks for 0.1 s, without any limit being exceeded."""
    QUOTA = "quota"
    """HTTP 429 that says the account's money is used up."""
    INVALID = "400"
    """HTTP 400: a parameter that the model does not take."""
    CONTEXT = "context"
    """HTTP 400: the prompt is too long for the model."""
    KEY = "401"
    """HTTP 401: the key is wrong."""
    MODEL = "404"
    """HTTP 404: there is no such model."""
    PAGE = "html"
    """HTTP 200 with a web page."""
    RESET = "reset"
    """The connection is reset (TCP RST) before a byte of the reply."""
    CLOSE = "close"
    """The connection is closed in order before a byte of the reply."""
    HANG = "hang"
    """Accepted, and nothing is ever answered; ends when the client goes."""
    LOST = "lost"
    """The connection is reset where the reply was due."""
    TRUNCATE = "truncate"
    """HTTP 200 whose JSON is cut, with a Content-Length that fits."""
    EMPTY = "empty"
    """HTTP 200 with an empty text."""
    NULL = "null"
    """HTTP 200 whose content is null."""
    SLOW = "slow"
    """A good reply that takes ten times as long."""


ACCEPTED = frozenset({Fault.HANG, Fault.LOST, Fault.TRUNCATE, Fault.EMPTY, Fault.NULL, Fault.SLOW})
"""The faults of requests that were accepted: they are paid for."""


@dataclass(frozen=True, slots=True)
class FaultRate:
    """How often a fault happens: `rate` is a probability per attempt."""

    fault: Fault
    rate: float

    def __post_init__(self) -> None:
        """Refuse what is no probability."""
        if not 0 <= self.rate <= 1:
            raise ValueError(f"the rate of {self.fault} is a probability between 0 and 1")


def choose(rates: tuple[FaultRate, ...], seed: int, request: bytes, attempt: int) -> Fault | None:
    """Return the fault of an attempt (counted from 1) of a request, given by its hash.

    Each attempt is decided anew, so a retry can succeed.
    """
    if not rates:
        return None
    chance = unit("fault", str(seed), request, str(attempt))
    for each in rates:
        if chance < each.rate:
            return each.fault
        chance -= each.rate
    return None
