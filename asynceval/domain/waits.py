"""The waits: for how many seconds the calls at each gate waited, and for what."""

from asynceval.domain.events import Pulsed, Wait

STOOD_STILL = 1.0
"""A pulse that comes later than this many seconds says that the process stood still."""


class Waits:
    """Adds up how long the next call at each gate waited for which limit.

    A pulse tells what is waited for; that counts for the time since the pulse before. The time in
    which the process stood still is left out: no limit held the calls back then.
    """

    def __init__(self) -> None:
        """Start at the sweep's beginning, with nothing waited for."""
        self.watched = 0.0
        self.gates: dict[str, dict[Wait, float]] = {}
        self._last = 0.0

    def pulse(self, event: Pulsed) -> None:
        """Count the time since the last pulse."""
        passed = event.seconds - self._last
        if event.lag > STOOD_STILL:
            passed -= event.lag
        passed = max(0.0, passed)
        self._last = event.seconds
        self.watched += passed
        for gate in event.gates:
            waits = self.gates.setdefault(gate.name, {})
            if gate.waits_for is not None:
                waits[gate.waits_for] = waits.get(gate.waits_for, 0.0) + passed

    def take(self) -> tuple[float, dict[str, dict[Wait, float]]]:
        """Return the seconds that were watched and those by gate and wait, and count anew from here."""
        taken = self.watched, self.gates
        self.watched, self.gates = 0.0, {}
        return taken

    def share(self, gate: str, wait: Wait) -> float:
        """Return the part of the time, from 0 to 1, in which calls at a gate waited for this."""
        seconds = self.gates.get(gate, {}).get(wait, 0.0)
        return seconds / self.watched if self.watched else 0.0
