"""Belief: requests a minute that nobody configured, as far as the server states them. Pure."""

from asynceval.engine.queue import Queue
from asynceval.providers.limits import Stated

_SHARE = 0.97
"""Some calls went out before the first response said how many may."""
_SECONDS = 50.0
_FEW = 5


class Belief:
    """Takes a stated limit for the account's, until another model's shows that it is by model.

    A limit is the account's if what is used of it counts the calls to other models too. That can be
    told in the first minute only, while nothing that was sent has left the server's window.
    """

    def __init__(self) -> None:
        """Start without a belief."""
        self.rpm: float | None = None
        self.is_by_model = False
        self._since: float | None = None

    def learn(self, stated: Stated, queue: Queue, sent: int, now: float) -> bool:
        """Take what a response to this queue's model states; True if the belief has changed.

        `sent` is how many calls have gone out in all, to every model.
        """
        rpm = stated.rpm
        if rpm is None:
            return False
        if self._since is None:
            self._since = now
        believed = rpm * _SHARE
        others = sent - queue.sent
        if self.is_by_model:
            queue.throttle.believe(believed)
            return False
        is_early = now - self._since < _SECONDS
        if is_early and min(others, queue.sent) >= _FEW and stated.used < queue.sent + others / 2:
            self.is_by_model, self.rpm = True, None
            queue.throttle.believe(believed)
            return True
        if self.rpm == believed:
            return False
        self.rpm = believed
        return True
