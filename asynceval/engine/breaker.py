"""The breaker: an endpoint that fails every call gets none but a probe now and then. Pure."""

from asynceval.engine.retry import LONGEST_ASKED

_CALLS = 3
_FAULTS = 12
_SECONDS = 5.0
_FIRST_WAIT = 1.0
_LONGEST_WAIT = 15.0


class Breaker:
    """Opens when everything fails: at least three different calls, and twelve times or for five seconds.

    One call that fails whenever it is tried is no outage, and a server that fails every other call is
    none. While open, one call at a time goes through
    as a probe, at growing distances of up to 15 s; the first that is answered closes it.
    """

    def __init__(self) -> None:
        """Start closed."""
        self.down_since: float | None = None
        self.retry_at = 0.0
        self._failed: set[bytes] = set()
        self._faults = 0
        self._failing_since = 0.0
        self._is_probing = False
        self._wait = _FIRST_WAIT

    @property
    def is_down(self) -> bool:
        """Whether the endpoint fails every call."""
        return self.down_since is not None

    @property
    def is_lone(self) -> bool:
        """Whether at most one call has failed since the last success."""
        return len(self._failed) <= 1

    def allows(self, now: float) -> bool:
        """Whether a call may go out now."""
        return self.down_since is None or (now >= self.retry_at and not self._is_probing)

    def admit(self) -> bool:
        """Note that a call goes out; True if it is a probe."""
        self._is_probing = self.is_down
        return self._is_probing

    def fail(
        self,
        key: bytes,
        now: float,
        random: float,
        *,
        is_probe: bool,
        asked_for: float | None = None,
    ) -> float | None:
        """Note a fault of the server or network in the call with this key.

        Returns the seconds until the next probe when the breaker has just opened or a probe has
        failed, else None. `random` is from [0, 1); `asked_for` is the server's own wait.
        """
        if not self._faults:
            self._failing_since = now
        self._faults += 1
        if len(self._failed) < _CALLS:
            self._failed.add(key)
        if self.is_down and not is_probe:
            return None  # it was sent before the outage was known
        if not self.is_down:
            is_long = self._faults >= _FAULTS or now - self._failing_since >= _SECONDS
            if len(self._failed) < _CALLS or not is_long:
                return None
            self.down_since = now
        wait = max(self._wait * (0.5 + random / 2), min(asked_for or 0.0, LONGEST_ASKED))
        self._wait = min(_LONGEST_WAIT, self._wait * 2)
        self._is_probing = False
        self.retry_at = now + wait
        return wait

    def answer(self, now: float, *, is_probe: bool = False) -> float | None:
        """Note that the endpoint answers; the seconds that it was down, if it was.

        While it is down only a probe tells: other answers belong to calls from before.
        """
        if self.is_down and not is_probe:
            return None
        if self._faults:
            self._failed, self._faults = set(), 0
        if self.down_since is None:
            return None
        seconds = now - self.down_since
        self.down_since = None
        self._is_probing = False
        self._wait = _FIRST_WAIT
        return seconds

    def withdraw(self) -> None:
        """Note that a probe was given up before it had an outcome."""
        self._is_probing = False
