"""The allowance of retries: what keeps an outage from multiplying the load. Pure."""

_SHARE = 0.2
_A_SECOND = 1.0
_MOST = 20.0


class Allowance:
    """One retry for every five calls that are new, and one a second besides; twenty are saved up.

    After the retry budgets of Finagle and Envoy: with it, retries add at most a fifth to the load.
    """

    def __init__(self) -> None:
        """Start with a full balance."""
        self._balance = _MOST
        self._counted = 0.0

    def earn(self) -> None:
        """Note that a new call is sent."""
        if self._balance < _MOST:
            self._balance += _SHARE

    def take(self, now: float) -> bool:
        """Take one retry; False if there is none to be had at this moment (in seconds)."""
        self._balance = min(_MOST, self._balance + (now - self._counted) * _A_SECOND)
        self._counted = now
        if self._balance < 1:
            return False
        self._balance -= 1
        return True
