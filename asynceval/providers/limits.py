"""The limit of requests that a server states with its responses."""

from collections.abc import Mapping
from dataclasses import dataclass

from asynceval.providers.waits import reset_seconds

_NAMES = (
    (
        "x-ratelimit-limit-requests",
        "x-ratelimit-remaining-requests",
        "x-ratelimit-reset-requests",
    ),
    (
        "anthropic-ratelimit-requests-limit",
        "anthropic-ratelimit-requests-remaining",
        "anthropic-ratelimit-requests-reset",
    ),
)
_WINDOW = (50.0, 61.0)
_NEAR = 0.2


@dataclass(frozen=True, slots=True)
class Stated:
    """How many requests there are, how many are left, and the seconds until all of them are again."""

    limit: int
    remaining: int
    reset: float

    @property
    def used(self) -> int:
        """How many requests count against the limit now."""
        return self.limit - self.remaining

    @property
    def rpm(self) -> float | None:
        """The limit as requests a minute, None if it is for another span, or none can be told.

        Providers state limits by the minute and by the day under one name. It is by the minute if a
        window is whole again in about a minute, or if what is used comes back at that rate.
        """
        if self.used < 1 or self.reset <= 0:
            return None
        comes_back = 60 * self.used / self.reset
        is_bucket = abs(comes_back - self.limit) <= _NEAR * self.limit
        return float(self.limit) if self.is_window or is_bucket else None

    @property
    def is_window(self) -> bool:
        """Whether all of them are there again in about a minute, as in a window of a minute."""
        return _WINDOW[0] <= self.reset <= _WINDOW[1]


def stated(headers: Mapping[str, str]) -> Stated | None:
    """Return the limit of requests in a response's headers, None if there is none."""
    for limit, remaining, reset in _NAMES:
        if (most := headers.get(limit)) is None:
            continue
        try:
            counts = int(most), int(headers.get(remaining, ""))
        except ValueError:
            continue
        seconds = reset_seconds(headers.get(reset, ""))
        if seconds is not None and 0 <= counts[1] <= counts[0]:
            return Stated(*counts, seconds)
    return None
