"""The ceiling: how many calls an account takes at present, to all its models together. Pure."""

from asynceval.engine.climb import Climb
from asynceval.engine.search import START


class Ceiling:
    """Comes down to what the server has shown it takes, and goes up again by little and little.

    With `is_auto` it starts low, and every second answer adds one call while all places are taken.
    """

    def __init__(self, most: int, *, is_auto: bool = False) -> None:
        """Start with what is configured, or with few."""
        self.limit = min(most, START) if is_auto else most
        self._most = most
        self._is_lowered = False
        self._climb = Climb()
        self._answers = 0
        self._full_at = -1.0
        # When the last cut was, and the most calls in flight that the server has taken since.
        self._cut_at = -1.0
        self._level = 0

    def admit(self, in_flight: int, now: float) -> None:
        """Note how many calls are in flight now."""
        if in_flight >= self.limit:
            self._full_at = now

    def is_too_many(self, sent: float, own: int, total: int) -> bool:
        """Whether a call that went out at `sent` (s) was refused since all of them are too many.

        `own` are those to its model. They are if others have calls in flight too, and as many in all
        were not taken since the last cut. What was sent before that was refused for the same reason.
        """
        return own < total and (sent < self._cut_at or total > self._level)

    def lower(self, in_flight: int, now: float, wait: float) -> None:
        """Note that one of so many calls was refused, since they were too many together."""
        self.limit = max(1, min(self.limit, in_flight - 1))
        self._is_lowered = True
        self._climb.cut(now, wait)
        self._cut_at, self._level = now, self.limit

    def land(self, sent: float, in_flight: int, now: float) -> None:
        """Note an answer to a call that went out at `sent` (s) as one of so many in flight."""
        if sent >= self._cut_at:
            self._level = max(self._level, in_flight)
        if self.limit >= self._most:
            return
        is_full = self._full_at >= sent
        self._answers += 1
        self._climb.land()
        if not self._is_lowered:
            self.limit += is_full and self._answers % 2
        elif is_full and self._climb.is_due(now):
            self.limit = min(self._most, self.limit + self._climb.step(now, self.limit))
