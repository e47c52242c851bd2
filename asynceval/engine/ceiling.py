"""The ceiling: how many calls an account takes at present, to all its models together. Pure."""

from asynceval.engine.climb import Climb
from asynceval.engine.search import START

_ALIKE = 0.9
_SPARE = 20
"""What the network adds to the calls in flight: a cut leaves a twentieth free for it."""


class Ceiling:
    """Comes down to what the server has shown it takes, and goes up again by little and little.

    With `is_auto` it starts low, and every second answer adds one call while all places are taken.
    """

    def __init__(self, most: int, *, is_auto: bool = False) -> None:
        """Start with what is configured, or with few."""
        self.limit = min(most, START) if is_auto else most
        self._most = most
        self._is_lowered = self._is_climbing = False
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
        return own < total and (sent < self._cut_at or total > self._told())

    def lower(self, sent: float, total: int, now: float, wait: float) -> None:
        """Note that a call was refused since all of them, so many in flight, are too many.

        Each that was refused is taken off, however many have landed before that was known.
        """
        most = self.limit
        if sent >= self._cut_at:
            most = min(most, total)
            most -= most // _SPARE
            self._cut_at = now
        self.limit = self._level = max(1, most - 1)
        self._is_lowered, self._is_climbing = True, False
        self._climb.cut(now, wait)

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
            self._is_climbing = True

    def _told(self) -> float:
        """Return beyond how many in flight a refusal tells of their number: while it climbs, of a few less."""
        return self._level * (_ALIKE if self._is_climbing else 1)
