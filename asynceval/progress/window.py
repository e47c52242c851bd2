"""A window: how fast counts grew of late."""

from collections import deque

LONGEST = 600
"""Marks kept, about one a second: a window never looks back further than ten minutes."""


class Window:
    """The growth of calls and tokens over about the last `span` seconds.

    With `least`, it looks further back until it holds that many calls, so that slow models have a
    rate too. It has no clock: it is told the seconds.
    """

    __slots__ = ("_before", "_least", "_marks", "_span")

    def __init__(self, span: float, least: int = 0) -> None:
        """Start empty; the first mark is where the window begins."""
        self._span = span
        self._least = least
        self._marks: deque[tuple[float, int, int]] = deque(maxlen=LONGEST)
        self._before = 0

    def restart(self, seconds: float, calls: int, tokens: int) -> None:
        """Forget what was, and begin here."""
        self._marks.clear()
        self._before = calls
        self._marks.append((seconds, calls, tokens))

    def mark(self, seconds: float, calls: int, tokens: int) -> None:
        """Note the counts at this second, and let go of marks that are too old."""
        marks = self._marks
        marks.append((seconds, calls, tokens))
        while len(marks) > 2:  # the rate needs two
            since, before, _ = marks[1]
            if seconds - since < self._span or calls - before < self._least:
                break
            marks.popleft()

    def since_restart(self, calls: int) -> int:
        """Return how many of the calls came since the window was begun anew."""
        return calls - self._before

    def rates(self, seconds: float, calls: int, tokens: int) -> tuple[float, float] | None:
        """Return calls and tokens a second up to now; None before the first second is over."""
        if not self._marks:
            return None
        since, calls_then, tokens_then = self._marks[0]
        passed = seconds - since
        if passed < 1:
            return None
        return (calls - calls_then) / passed, (tokens - tokens_then) / passed
