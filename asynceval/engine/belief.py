"""Belief: requests a minute that nobody configured, as far as the server states them. Pure."""

from collections import Counter

from asynceval.engine.queue import Queue, Seen
from asynceval.providers.limits import Stated

_SHARE = 0.97
"""Some calls went out before the first response said how many may."""
_SECONDS = 50.0
_FEW = 10


class Belief:
    """Takes a stated limit for the account's, until another model's shows that it is by model.

    Two things show it. Models go on stating different limits; or a model's window of a minute holds
    its own calls and not those to the others. A server knows of every call that was answered before
    the one whose response it states this with, as long as none of them has left the window: so answers
    are counted for 50 s, and then anew.
    """

    def __init__(self) -> None:
        """Start without a belief."""
        self.rpm: float | None = None
        self.is_by_model = False
        self._limits: dict[Queue, float] = {}
        self._used: Counter[Queue] = Counter()
        self._answers: Counter[Queue] = Counter()
        self._total = 0
        self._since = 0.0

    def seen(self, queue: Queue) -> Seen:
        """Return what has been answered when a call to this queue's model goes out."""
        return Seen(self._since, self._answers[queue], self._total)

    def land(self, queue: Queue) -> None:
        """Count an answer."""
        self._answers[queue] += 1
        self._total += 1

    def learn(self, stated: Stated, queue: Queue, seen: Seen, now: float) -> bool:
        """Take what a response to this queue's model states; True if the belief has changed.

        `seen` was taken when the call went out.
        """
        if 2 * stated.used < self._used[queue] - _FEW or now >= self._since + _SECONDS:
            # The server has begun a new window, or calls may leave the one it has.
            self._since, self._total = now, 0
            self._answers.clear()
        self._used[queue] = stated.used
        rpm = stated.rpm
        if rpm is None:
            return False
        believed = rpm * _SHARE
        differs = self._limits.get(queue) == rpm and self.rpm != believed
        self._limits[queue] = rpm
        if self.is_by_model:
            queue.throttle.believe(believed)
            return False
        before = self.rpm
        if differs or self._is_apart(stated, seen):
            self.is_by_model, self.rpm = True, None
            for each, limit in self._limits.items():
                each.throttle.believe(limit * _SHARE)
        else:
            self.rpm = believed
        return self.rpm != before

    def _is_apart(self, stated: Stated, seen: Seen) -> bool:
        """Whether what a model has used holds its own calls, and at most half of the others'."""
        others = seen.total - seen.own
        is_known = stated.is_window and seen.since == self._since and others >= _FEW
        return is_known and seen.own <= stated.used < seen.own + others / 2
