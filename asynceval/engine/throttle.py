"""The throttle: how many calls to one model an endpoint takes at present, and how fast. Pure."""

from asynceval.engine.breaker import Breaker
from asynceval.engine.climb import Climb
from asynceval.engine.retry import LONGEST_ASKED
from asynceval.engine.search import START, Search

_NEIGHBOURS = 10
_COUNTED = 100
_RECENT = 16
_HEAVY = 0.25
_FEWEST = 5
_BELOW = 0.98
_ABOVE = 0.02
_SLOWER = 1.25
_LEAST_COOL_DOWN = 1.0
_FIRST_COOL_DOWN = 0.5
_LONGEST_COOL_DOWN = 60.0
_AFTER_OUTAGE = 2


class Throttle:
    """Finds what the server takes, with between one and `most` calls in flight.

    A server that asks to slow down (not one that fails) has just shown how many calls it takes: those
    that are in flight and were not refused. That is the limit from then on. If as many or more were
    answered before, it is not their number but their rate that was too much: from then on calls go
    out a little slower than they were answered. Some 150 answers (or 15 s) later a little more is
    tried, so that refusals stay below two in a hundred. Nothing goes out before the server's own wait
    is over. With `is_auto` the limit starts low and grows while the throughput does.

    `is_proven` once a call was answered; `refused_since` is the time since when every call is refused.
    """

    def __init__(
        self, most: int, breaker: Breaker, *, is_auto: bool, head_start: float = 0.0
    ) -> None:
        """Start with nothing in flight. The first call goes ahead of the others by `head_start` seconds."""
        self.in_flight = 0
        self.cool_until = 0.0
        self.is_proven = False
        self.refused_since: float | None = None
        self.breaker = breaker
        self._most = most
        self._search = Search(min(most, START)) if is_auto else None
        self.limit = most if self._search is None else self._search.limit
        self._goal = self.limit
        self._head_start = head_start
        self._head_until = 0.0
        self._full_at = -1.0
        self._spacing = 0.0
        self._floor = 0.0
        self._next_at = 0.0
        # Since the last cut: when it was, and the most calls in flight with one answered.
        self._cut_at: float | None = None
        self._since_refusal = 0
        self._refusals = 0.0
        # What the rate is measured by: at least a hundred answers, however many cuts there were.
        self._counted = 0
        self._counted_from = 0.0
        self._best = 0.0
        self._climb = Climb()
        self._level = 0
        self._is_number = True
        self._rounds = 0

    def has_room(self, now: float) -> bool:
        """Whether one more call may go out now."""
        return self.in_flight < self.limit and now >= self._opens_at() and self.breaker.allows(now)

    def may_go(self, now: float, *, is_probe: bool) -> bool:
        """Whether a call that was admitted a while ago may still go out."""
        return now >= self.cool_until and (is_probe or not self.breaker.is_down)

    def opens_at(self, now: float) -> float | None:
        """Return when waiting alone will make room; None if it takes a call to land."""
        if self.in_flight >= self.limit:
            return None
        opens_at = max(self._opens_at(), self.breaker.retry_at if self.breaker.is_down else 0.0)
        return opens_at if opens_at > now else None

    def is_cooling(self, now: float) -> bool:
        """Whether calls wait for the server's own wait, or for the rate that it takes."""
        return now < max(self.cool_until, self._next_at)

    def admit(self, now: float) -> bool:
        """Note that a call goes out; True if it probes an endpoint that is down."""
        self.in_flight += 1
        if self._cut_at is None:
            self._cut_at = self._counted_from = now
        if self.in_flight >= self.limit:
            self._full_at = now
        if self.in_flight == 1 and not self.is_proven:
            self._head_until = now + self._head_start
        if spacing := max(self._spacing, self._floor):
            # What was missed a moment ago may be made up for, or timers that are late would cost much.
            self._next_at = max(self._next_at, now - 2 * spacing) + spacing
        return self.breaker.admit()

    def leave(self) -> None:
        """Note that a call is over, however it ended; `land` or `refuse` come before."""
        self.in_flight -= 1

    def land(self, sent: float, level: int, now: float) -> None:
        """Note an answer to a call that went out at `sent` (s), as one of `level` in flight."""
        self.is_proven = True
        self._since_refusal += 1
        self._counted += 1
        self._refusals -= self._refusals / _RECENT
        cut_at = sent if self._cut_at is None else self._cut_at
        self.refused_since = None
        if sent >= cut_at:
            self._rounds = 0
            self._level = max(self._level, level)
        self._climb.land()
        is_full = self._full_at >= sent  # every place was taken while this call was in flight
        if self.limit < self._goal:
            self.limit += 1
        elif self._search is not None:
            if is_full:
                self.limit = self._goal = self._search.land(now, self._most)
            else:
                self._search.idle()
        elif self.limit < self._most or self._spacing:
            self._try_more(now, is_full=is_full)

    def refuse(
        self,
        sent: float,
        level: int,
        now: float,
        seconds: float | None,
        random: float,
        *,
        is_accounts: bool,
    ) -> bool:
        """Note that the server asked to slow down, for so many seconds if it said how many.

        `level` is how many were in flight; `is_accounts` if those to all models of the account were
        too many together. False if it tells nothing: one refusal among many answers does not, it is
        the second in a row of ten that does. What was sent before the last cut was refused for the same reason
        and starts no new round.
        """
        if self.refused_since is None:
            self.refused_since = now
        self._refusals += (1 - self._refusals) / _RECENT
        is_alone = self._since_refusal >= _NEIGHBOURS
        self._since_refusal = 0
        if is_alone:
            self.cool_until = max(self.cool_until, now + min(seconds or 0.0, LONGEST_ASKED))
            return False
        cut_at = sent if self._cut_at is None else self._cut_at
        most = self.limit
        if sent >= cut_at:
            most = min(most, level)
            self._begin_round(level, now, seconds or 0.0, is_accounts=is_accounts)
        if self._is_number and not is_accounts:
            self.limit = self._goal = max(1, most - 1)
        if seconds is None:
            seconds = 0.0
            if self._rounds > 1:
                longest = _FIRST_COOL_DOWN * 2.0 ** min(self._rounds, 10)
                seconds = min(_LONGEST_COOL_DOWN, longest) * (0.5 + random / 2)
        elif self._rounds > 1:
            seconds = max(seconds, _LEAST_COOL_DOWN)
        self.cool_until = max(self.cool_until, now + min(seconds, LONGEST_ASKED))
        return True

    def believe(self, rpm: float) -> None:
        """Send no more than so many requests a minute: the server says that it takes no more."""
        self._floor = 60 / rpm

    def restart(self) -> None:
        """Begin with few calls again, after an outage; each answer makes room for one more."""
        self._goal = max(self._goal, self.limit)
        self.limit = min(self.limit, _AFTER_OUTAGE)

    def _begin_round(self, level: int, now: float, wait: float, *, is_accounts: bool) -> None:
        """Find out what was too much, and start to count anew."""
        self._rounds += 1
        is_few = self._counted < _FEWEST
        if is_accounts:
            self._is_number = True
        else:
            self._search = None
            is_below = bool(self._spacing) and level < self.limit
            self._is_number = not is_below and (is_few or level > self._level)
        if not self._is_number and is_few:
            self._spacing *= _SLOWER
        elif not self._is_number:
            self._slow_down(now)
        if self._spacing:
            self._next_at = now + self._spacing
        if self._counted >= _COUNTED:
            self._counted, self._counted_from = 0, now
        self._cut_at = now
        self._climb.cut(now, wait)
        self._level = 0

    def _slow_down(self, now: float) -> None:
        """Go on a little slower than calls were answered, but not much slower than ever.

        Few refusals at half the best rate have other reasons than the rate: a server may refuse at random.
        """
        rate = self._counted / max(now - self._counted_from, 1e-6)
        is_heavy = self._refusals > _HEAVY
        self._best = rate if is_heavy else max(rate, self._best)
        self._spacing = 1 / (max(rate, self._best / 2) * _BELOW)

    def _try_more(self, now: float, *, is_full: bool) -> None:
        """Raise what limits by a little, if it is time to: the rate, or else the number."""
        can_be_more = is_full and self.limit < self._most
        if not self._climb.is_due(now) or not (can_be_more or self._spacing):
            return
        step = self._climb.step(now, self.limit)
        if can_be_more:
            self.limit = self._goal = min(self._most, self.limit + step)
        else:
            self._spacing /= 1 + _ABOVE * step

    def _opens_at(self) -> float:
        opens_at = max(self.cool_until, self._next_at)
        if self.is_proven or not self.in_flight:
            return opens_at
        return max(opens_at, self._head_until)
