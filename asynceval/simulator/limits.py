"""Limits: requests and tokens a minute, counted over a sliding window. The clock is passed in."""

from collections import deque
from dataclasses import dataclass
from math import ceil
from typing import Literal

SPAN = 60.0
"""Seconds that a limit counts over."""
_GRAIN = 0.05


@dataclass(slots=True)
class _Slice:
    """What was taken between two instants less than `_GRAIN` seconds apart."""

    first: float
    last: float
    amount: int


class Window:
    """At most `limit` in any 60 s.

    Amounts taken close together are kept as one, which leaves the window as late as the last of
    them, so memory is bounded by the window (at most 1,200 slices) and not by the limit.
    """

    def __init__(self, limit: int) -> None:
        """Start empty."""
        self.limit = limit
        self._slices: deque[_Slice] = deque()
        self._used = 0

    def remaining(self, now: float) -> int:
        """Return how much can be taken now."""
        slices = self._slices
        while slices and slices[0].last + SPAN <= now:
            self._used -= slices.popleft().amount
        return self.limit - self._used

    def wait(self, amount: int, now: float) -> float:
        """Return the seconds until the amount fits, 0 if it does now; 60 if it never will."""
        lacking = amount - self.remaining(now)
        if lacking <= 0:
            return 0.0
        for each in self._slices:
            lacking -= each.amount
            if lacking <= 0:
                return each.last + SPAN - now
        return SPAN

    def take(self, amount: int, now: float) -> None:
        """Count an amount that was found to fit."""
        self._used += amount
        slices = self._slices
        if slices and now - slices[-1].first < _GRAIN:
            slices[-1].last = now
            slices[-1].amount += amount
        else:
            slices.append(_Slice(now, now, amount))

    def reset(self, now: float) -> float:
        """Return the seconds until the whole limit is free again."""
        return max(0.0, self._slices[-1].last + SPAN - now) if self._slices else 0.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that goes over a limit, and the seconds after which it may fit."""

    kind: Literal["requests", "tokens"]
    limit: int
    wait: float

    def headers(self) -> dict[str, str]:
        """Return how long to wait, in whole seconds and in milliseconds, both rounded up."""
        return {
            "retry-after": str(ceil(self.wait)),
            "retry-after-ms": str(ceil(self.wait * 1000)),
        }


class Limits:
    """The limits of one account: a request is admitted by both or by neither."""

    def __init__(self, rpm: int | None, tpm: int | None) -> None:
        """Take requests and tokens a minute, None without a limit."""
        self._requests = None if rpm is None else Window(rpm)
        self._tokens = None if tpm is None else Window(tpm)

    def admit(self, tokens: int, now: float) -> Refusal | None:
        """Count a request of so many tokens, or return why it is refused and count nothing."""
        requests, allowance = self._requests, self._tokens
        if requests is not None and (wait := requests.wait(1, now)):
            return Refusal("requests", requests.limit, wait)
        if allowance is not None and (wait := allowance.wait(tokens, now)):
            return Refusal("tokens", allowance.limit, wait)
        if requests is not None:
            requests.take(1, now)
        if allowance is not None:
            allowance.take(tokens, now)
        return None

    def headers(self, now: float) -> dict[str, str]:
        """Return the state of the limits that are set, as OpenAI's response headers."""
        headers = {}
        for kind, window in (("requests", self._requests), ("tokens", self._tokens)):
            if window is not None:
                headers[f"x-ratelimit-limit-{kind}"] = str(window.limit)
                headers[f"x-ratelimit-remaining-{kind}"] = str(window.remaining(now))
                # rounded first: 1.2 s that came out of a subtraction are not 1.201 s
                milliseconds = ceil(round(window.reset(now) * 1000, 6))
                headers[f"x-ratelimit-reset-{kind}"] = f"{milliseconds / 1000:g}s"
        return headers
