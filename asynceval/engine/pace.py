"""The pace: requests and tokens a minute, smoothed by leaky buckets."""

from collections.abc import Callable

from aiolimiter import AsyncLimiter
from anyio import sleep

from asynceval.domain.events import Wait
from asynceval.engine.minute import SECONDS, Minute

_BURST_SECONDS = 0.1


class Pace:
    """Lets calls go out under both rates. One caller at a time acquires, so no order is lost.

    `clock` counts seconds. The buckets spread the calls over the minute; for tokens the minute itself is
    watched as well, since what a call took turns out only when it has landed.
    """

    def __init__(self, rpm: float | None, tpm: float | None, clock: Callable[[], float]) -> None:
        """Take requests and tokens a minute, None without a limit."""
        self._clock = clock
        self._requests = None if rpm is None else _limiter(rpm)
        self._tokens = None if tpm is None else _limiter(tpm)
        self._minute = None if tpm is None else Minute(tpm)
        self._credit = 0.0
        self._free_at = 0.0
        self.waits_for: Wait = "rpm"

    def limit_requests(self, rpm: float | None, sent: int) -> None:
        """Change the requests a minute; `sent` went out already, before it was known."""
        self._requests = None if rpm is None else _limiter(rpm)
        self._free_at = 0.0 if rpm is None else self._clock() + sent * SECONDS / rpm

    def is_free(self, tokens: float) -> bool:
        """Whether a request of so many tokens may go out at once."""
        if self._requests is not None and not self._requests.has_capacity():
            return False
        if self._free_at > self._clock():
            return False
        if self._tokens is None or self._minute is None:
            return True
        lacking = max(0.0, tokens - self._credit)
        return (
            lacking <= self._tokens.max_rate
            and self._tokens.has_capacity(lacking)
            and not self._minute.wait(tokens, self._clock())
        )

    async def acquire(self, tokens: float) -> float:
        """Wait until a request of so many tokens may go out; return when that was."""
        if self._requests is not None:
            self.waits_for = "rpm"
            if (seconds := self._free_at - self._clock()) > 0:
                await sleep(seconds)
            if self._requests is not None:  # the limit may have gone meanwhile
                await self._requests.acquire()
        if self._tokens is None or self._minute is None:
            return self._clock()
        self.waits_for = "tpm"
        lacking = tokens - self._credit
        self._credit = max(0.0, -lacking)
        while lacking > 0:
            piece = min(lacking, self._tokens.max_rate)
            await self._tokens.acquire(piece)
            lacking -= piece
        while True:
            now = self._clock()
            seconds = self._minute.wait(tokens, now)
            if not seconds:
                self._minute.take(tokens, now)
                return now
            await sleep(seconds)

    def settle(self, reserved: float, used: float, since: float) -> None:
        """Give back what was reserved at `since` (seconds) and not used, or take what went beyond it."""
        if self._minute is not None:
            self._credit += reserved - used
            self._minute.correct(used - reserved, since)


def _limiter(a_minute: float) -> AsyncLimiter:
    """Return a limiter under which no minute sees more than so much.

    A full bucket goes out at once, so what a minute can see is the bucket and a minute's rate: the
    rate is lowered by the bucket, which holds a tenth of a second's worth.
    """
    bucket = max(1.0, a_minute / 60 * _BURST_SECONDS)
    rate = max(a_minute - bucket, a_minute / 2) / SECONDS
    return AsyncLimiter(bucket, bucket / rate)
