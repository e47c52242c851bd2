"""The search for the number of calls in flight beyond which a server gets no faster. Pure."""

from dataclasses import dataclass

START = 16
_FEWEST = 48
_WORTH = 1.25
_SPARE = 1.1
_REST = 60.0


@dataclass(slots=True)
class Search:
    """Doubles the limit as long as the throughput follows.

    A level is measured over as many landings as it has calls in flight, at least 48, after twice as
    many that are shaped by the change of level. When doubling brings less than a quarter more, and
    still does over twice the landings, the limit becomes what the throughput asks for by Little's law, and a tenth; a minute later a level a
    quarter higher is tried. Landings count only while every place is taken.
    """

    limit: int = START
    _before: tuple[int, float] | None = None
    _landings: int = 0
    _began: float = 0.0
    _rests_until: float = 0.0
    _is_second: bool = False

    def land(self, now: float, most: int) -> int:
        """Note a call that landed while all places were taken; return the limit from now on."""
        if now < self._rests_until:
            return self.limit
        if self._rests_until:
            self._rests_until = 0.0
            if self.limit < most:
                self.limit = min(most, max(self.limit + 1, round(self.limit * _WORTH)))
            return self.limit
        self._landings += 1
        counted = self._landings - 2 * self.limit
        if not counted:
            self._began = now
        elif counted >= max(_FEWEST, self.limit) * (1 + self._is_second):
            self._judge(counted / max(now - self._began, 1e-9), now, most)
        return self.limit

    def idle(self) -> None:
        """Note that places were free: what was measured at this level tells nothing."""
        self._landings, self._is_second = 0, False

    def _judge(self, throughput: float, now: float, most: int) -> None:
        """Go on from a level that has been measured."""
        before = self._before
        if before is not None:
            level, slower = before
            gained, asked = throughput / slower, self.limit / level
            if gained < 1 + (asked - 1) * (_WORTH - 1):
                if not self._is_second:
                    self._is_second = True
                    return
                self.limit = min(self.limit, max(level, round(level * gained * _SPARE)))
                self._landings, self._is_second = 0, False
                self._rests_until = now + _REST
                return
        self._before = (self.limit, throughput)
        if self.limit < most:
            self.limit = min(most, 2 * self.limit)
        self._landings, self._is_second = 0, False
