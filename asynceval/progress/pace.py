"""The pace: how fast the calls at each gate are answered, and so how long the rest takes."""

from collections.abc import Callable, Sequence
from math import inf

from asynceval.domain.events import Pulsed
from asynceval.progress.lane_count import LaneCount
from asynceval.progress.window import Window

FEW = 3
"""Calls that must have come back through a gate before its speed says anything."""
ASLEEP = 5.0
"""Seconds of standing still after which no earlier speed says anything."""


class Pace:
    """Marks how far the lanes have come, about once a second, and tells from that what is left.

    A gate's speed is taken from the calls answered in the last minute, or from the last few calls
    if these took longer. What was stored is no speed. After a long time in which the process stood
    still, all speeds begin anew.
    """

    def __init__(self, lanes: Sequence[LaneCount] = ()) -> None:
        """Take the lanes of the plan."""
        self._lanes = lanes
        self._at: dict[str, tuple[LaneCount, ...]] = {}
        for lane in lanes:
            self._at[lane.lane.gate] = (*self._at.get(lane.lane.gate, ()), lane)
        self._windows = {gate: Window(60.0, FEW) for gate in self._at}
        self._marked = -inf

    def lanes_at(self, gate: str) -> tuple[LaneCount, ...]:
        """Return the lanes whose calls go through a gate."""
        return self._at.get(gate, ())

    def pulse(self, event: Pulsed) -> None:
        """Mark how far the lanes are, if the last mark is a second old."""
        if event.seconds - self._marked < 1:
            return
        self._marked = event.seconds
        busy = {gate.name for gate in event.gates if gate.in_flight}
        for lane in self._lanes:
            if event.lag > ASLEEP:
                lane.restart(event.seconds)
            lane.mark(event.seconds)
        for name, window in self._windows.items():
            calls = self._calls(name)
            # A server that starts up is not slow.
            if event.lag > ASLEEP or (not calls and name not in busy):
                window.restart(event.seconds, calls, 0)
            else:
                window.mark(event.seconds, calls, 0)

    def left(self, seconds: float, is_open: Callable[[LaneCount], bool]) -> float | None:
        """Return the seconds until the slowest gate is through at this second; None while unknown.

        Lanes that are not open are not waited for.
        """
        slowest = 0.0
        for name, window in self._windows.items():
            remaining = sum(lane.remaining for lane in self._at[name] if is_open(lane))
            if not remaining:
                continue
            calls = self._calls(name)
            rates = window.rates(seconds, calls, 0)
            if window.since_restart(calls) < FEW or not rates or not rates[0]:
                return None
            slowest = max(slowest, remaining / rates[0])
        return slowest if self._lanes else None

    def _calls(self, gate: str) -> int:
        return sum(lane.calls for lane in self._at[gate])
