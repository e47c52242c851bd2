"""The climb: when to try a little more after a server has shown its limit, and how much. Pure."""

_ANSWERS = 150
_SECONDS = 15.0
_STEP_ANSWERS = 25
_STEP_SECONDS = 2.0
_PATIENCE = 20.0


class Climb:
    """Waits for some 150 answers, or 15 s, after a cut; then the steps come sooner and grow.

    What a server asks to wait when it refuses is what a step may cost: the first comes after twenty
    times as long at least.
    """

    def __init__(self) -> None:
        """Begin at the bottom, as after a cut."""
        self.cut(0.0, 0.0)

    def cut(self, now: float, wait: float) -> None:
        """Begin anew, after a refusal with which the server asked to wait for so many seconds."""
        self._step = 1
        self._answers, self._next_answers = 0, _ANSWERS
        self._from = now + _PATIENCE * wait
        self._next_at = now + _SECONDS

    def land(self) -> None:
        """Count an answer."""
        self._answers += 1

    def is_due(self, now: float) -> bool:
        """Whether it is time for a step."""
        return now >= self._from and (self._answers >= self._next_answers or now >= self._next_at)

    def step(self, now: float, limit: int) -> int:
        """Take a step from a limit (of calls in flight): return how large it is."""
        step = self._step
        self._step = min(2 * step, max(2, (limit + step) // 10))
        self._next_answers, self._next_at = self._answers + _STEP_ANSWERS, now + _STEP_SECONDS
        return step
