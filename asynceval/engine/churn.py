"""Churn: connections that a server closes after one response, counted by the minute."""

from typing import Final

MANY: Final = 10_000
"""Connections closed within a minute from which on it is told.

A closed connection keeps its port for a minute (TIME_WAIT), and to one address there are some 28,000.
"""
_WINDOW: Final = 60.0


class Churn:
    """Counts the closed connections of one endpoint, in one minute after the other."""

    __slots__ = ("_closed", "_is_told", "_since")

    def __init__(self) -> None:
        """Start with none closed."""
        self._closed = 0
        self._since: float | None = None
        self._is_told = False

    def close(self, now: float) -> None:
        """Count a connection that is closed at this second."""
        if self._since is None or now - self._since >= _WINDOW:
            self._since, self._closed = now, 0
        self._closed += 1

    def is_to_be_told(self) -> bool:
        """Whether there are too many; true once."""
        if self._is_told or self._closed < MANY:
            return False
        self._is_told = True
        return True
