"""Faults: which requests fail, and how, decided by the request and the number of its attempt."""

from dataclasses import dataclass
from enum import StrEnum

from asynceval.simulator.dice import unit


class Fault(StrEnum):
    """A way to fail, as named in `--fault` and in `/stats`."""

    INTERNAL = "500"
    """HTTP 500, at once."""
    UNAVAILABLE = "503"
    """HTTP 503, at once."""
    RATE = "429"
    """HTTP 429 that asks for 0.1 s, without any limit being exceeded."""
    RESET = "reset"
    """The connection is reset (TCP RST) before a byte of the reply."""
    CLOSE = "close"
    """The connection is closed in order before a byte of the reply."""
    HANG = "hang"
    """Nothing is ever answered; ends when the client goes."""
    TRUNCATE = "truncate"
    """HTTP 200 whose JSON is cut, with a Content-Length that fits. Paid: the work was done."""


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
