"""The ledger: what was asked, what was paid for, and what was paid for more than once."""

from collections import Counter
from typing import TypedDict

from asynceval.simulator.faults import Fault


class Stats(TypedDict):
    """The answer of `/stats`.

    `requests` is all that arrived. `rate_limited` counts refusals over a limit; a simulated 429
    counts under `faults`. `paid_twice` counts each payment of a call beyond its first.
    """

    requests: int
    paid: int
    paid_twice: int
    in_flight: int
    peak_in_flight: int
    rate_limited: int
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
        self._peak = self._in_flight
        self._rate_limited = 0
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

    def pay(self, identity: bytes, model: str) -> None:
        """Count a call as paid for, given by the hash of what identifies it."""
        number = _short(identity)
        if number in self._paid:
            self._paid_twice += 1
        else:
            self._paid.add(number)
        self._by_model[model] += 1

    def refuse(self) -> None:
        """Count a request that went over a limit."""
        self._rate_limited += 1

    def fail(self, fault: Fault) -> None:
        """Count a simulated fault."""
        self._faults[fault.value] += 1

    def stats(self) -> Stats:
        """Return the counts as they are now."""
        return {
            "requests": self._requests,
            "paid": len(self._paid) + self._paid_twice,
            "paid_twice": self._paid_twice,
            "in_flight": self._in_flight,
            "peak_in_flight": self._peak,
            "rate_limited": self._rate_limited,
            "faults": dict(self._faults),
            "by_model": dict(self._by_model),
        }


def _short(digest: bytes) -> int:
    return int.from_bytes(digest[:8], "big")
