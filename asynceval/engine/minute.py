"""The last minute: how many tokens went out in it, as far as it is known by now. Pure."""

from collections import deque
from math import sqrt

SECONDS = 60.25
"""A request may take some milliseconds longer than another to reach the server, so that a minute of
the server's may see a little more than a minute of ours."""
_GRAIN = 0.25
_A_CALL = 500


class Minute:
    """Keeps the tokens of any minute below a limit.

    What a call takes is expected when it goes out, and known when it has landed; then the count is
    put right. What is in flight is not known: an eighth of the root of (tokens a call x tokens a minute)
    is left free for what it may take beyond what is expected, with 500 tokens for a call.
    """

    def __init__(self, tpm: float) -> None:
        """Start with an empty minute."""
        self._most = max(tpm - sqrt(_A_CALL * tpm) / 8, tpm / 2)
        self._grains: deque[list[float]] = deque()  # [grain, tokens], oldest first
        self._total = 0.0

    def wait(self, tokens: float, now: float) -> float:
        """Return the seconds until so many may go out, 0 if they may now.

        More than a whole minute's worth goes out when nothing else did.
        """
        grains = self._grains
        while grains and (grains[0][0] + 1) * _GRAIN + SECONDS <= now:
            self._total -= grains.popleft()[1]
        lacking = self._total + min(tokens, self._most) - self._most
        if lacking <= 1e-6 or not grains:
            return 0.0
        for grain, amount in grains:
            lacking -= amount
            if lacking <= 1e-6:
                return max(_GRAIN / 10, (grain + 1) * _GRAIN + SECONDS - now)
        return SECONDS

    def take(self, tokens: float, now: float) -> None:
        """Count tokens that go out now."""
        grain = now // _GRAIN
        if self._grains and self._grains[-1][0] == grain:
            self._grains[-1][1] += tokens
        else:
            self._grains.append([grain, tokens])
        self._total += tokens

    def correct(self, difference: float, since: float) -> None:
        """Add to what was counted at `since`; what has left the minute matters no more."""
        if not self._grains:
            return
        at = int(since // _GRAIN - self._grains[0][0])
        grain = since // _GRAIN
        # Most grains have an entry, so it is near its place.
        for index in range(min(at, len(self._grains) - 1), -1, -1):
            if self._grains[index][0] == grain:
                self._grains[index][1] += difference
                self._total += difference
                return
