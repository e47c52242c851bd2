"""The ledger: what was asked, what was paid for, and what was paid for more than once."""

from collections import Counter
from typing import TypedDict

from asynceval.simulator.faults import Fault


class Stats(TypedDict):
    """The answer of `/stats`.

    `requests` is all that arrived. `rate_limited` counts refusals over a limit; a simulated 429
    counts under `faults`. `cut_off` counts requests that an outage ended or turned away. `paid` is
    what was accepted; of that, `answered` got a usable reply, and `lost_after_accept` did not, be it
    by a fault or because the client had gone. `tokens` are those of the replies paid for.
    `paid_twice` counts each payment of a call beyond its first.
    """

    requests: int
    paid: int
    paid_twice: int
    answered: int
    lost_after_accept: int
    tokens: int
    in_flight: int
    peak_in_flight: int
    rate_limited: int
    cut_off: int
    faults: dict[str, int]
    by_model: dict[str, int]


class Ledger:
    """Counts; of a call it keeps 8 bytes of its hash, never a text."""

    def __init__(self) -> None:
        """Start at nothing."""
        self._in_flight = 0
        self.reset()

    def reset(self) -> None:
        """Forget everything, attempts too, but for the requests that are in flight."""
        self._requests = 0
        self._paid: set[int] = set()
        self._paid_twice = 0
        self._answered = 0
        self._lost = 0
        self._tokens = 0
        self._peak = self._in_flight
        self._rate_limited = 0
        self._cut_off = 0
        self._attempts: Counter[int] = Counter()
        self._faults: Counter[str] = Counter()
        self._by_model: Counter[str] = Counter()

    def arrive(self) -> None:
        """Count a request that is being served from now on."""
        self._requests += 1
        self._in_flight += 1
        self._peak = max(self._peak, self._in_flight)

    def leave(self) -> None:
        """Count that a request is no longer being served, however it ended."""
        self._in_flight -= 1

    def attempt(self, request: bytes) -> int:
        """Return which attempt this is of a request, given by its hash; the first is 1."""
        number = _short(request)
        self._attempts[number] += 1
        return self._attempts[number]

    def pay(self, identity: bytes, model: str, tokens: int) -> None:
        """Count a call as accepted and paid for, given by the hash of what identifies it."""
        number = _short(identity)
        if number in self._paid:
            self._paid_twice += 1
        else:
            self._paid.add(number)
        self._by_model[model] += 1
        self._tokens += tokens

    def answer(self) -> None:
        """Count a paid call that got a usable reply."""
        self._answered += 1

    def lose(self) -> None:
        """Count a paid call that got no usable reply."""
        self._lost += 1

    def refuse(self) -> None:
        """Count a request that went over a limit."""
        self._rate_limited += 1

    def cut_off(self, requests: int = 1) -> None:
        """Count requests that met an outage."""
        self._cut_off += requests

    def fail(self, fault: Fault) -> None:
        """Count a simulated fault."""
        self._faults[fault.value] += 1

    def stats(self) -> Stats:
        """Return the counts as they are now."""
        return {
            "requests": self._requests,
            "paid": len(self._paid) + self._paid_twice,
            "paid_twice": self._paid_twice,
            "answered": self._answered,
            "lost_after_accept": self._lost,
            "tokens": self._tokens,
            "in_flight": self._in_flight,
            "peak_in_flight": self._peak,
            "rate_limited": self._rate_limited,
            "cut_off": self._cut_off,
            "faults": dict(self._faults),
            "by_model": dict(self._by_model),
        }


def _short(digest: bytes) -> int:
    return int.from_bytes(digest[:8], "big")
