"""The ceiling: how many calls an account takes at present, to all its models together. Pure."""

_ANSWERS = 150
_STEP_ANSWERS = 25
_SECONDS = 15.0
_STEP_SECONDS = 2.0


class Ceiling:
    """Comes down to what the server has shown it takes, and goes up again by little and little.

    The same as a throttle does for one model: some 150 answers after a refusal a little more is tried.
    """

    def __init__(self, most: int) -> None:
        """Start with what is configured."""
        self.limit = most
        self._most = most
        self._answers = 0
        self._next_answers = _ANSWERS
        self._next_at = 0.0
        self._full_at = -1.0
        self._step = 1

    def admit(self, in_flight: int, now: float) -> None:
        """Note how many calls are in flight now."""
        if in_flight >= self.limit:
            self._full_at = now

    def lower(self, in_flight: int, now: float) -> None:
        """Note that one of so many calls was refused, since they were too many together."""
        self.limit = max(1, min(self.limit, in_flight - 1))
        self._answers, self._next_answers, self._step = 0, _ANSWERS, 1
        self._next_at = now + _SECONDS

    def land(self, sent: float, now: float) -> None:
        """Note an answer to a call that went out at `sent` (seconds)."""
        if self.limit >= self._most:
            return
        self._answers += 1
        is_time = self._answers >= self._next_answers or now >= self._next_at
        if is_time and self._full_at >= sent:
            self.limit = min(self._most, self.limit + self._step)
            self._step = min(2 * self._step, max(2, self.limit // 10))
            self._next_answers, self._next_at = self._answers + _STEP_ANSWERS, now + _STEP_SECONDS
