"""Limits: which requests an account admits, by number, by tokens and by model."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Literal

from asynceval.simulator.meters import Bucket, Meter, Window
from asynceval.simulator.settings import Settings

Kind = Literal["requests", "tokens"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that goes over a limit: what was too much, and the seconds after which it may fit.

    `wait` is None if that is not told.
    """

    kind: Kind
    limit: int
    wait: float | None
    limited: str = "requests per min"

    @property
    def message(self) -> str:
        """Return what to tell the client."""
        reached = f"Rate limit reached for {self.limited}: {self.limit}."
        return reached if self.wait is None else f"{reached} Please try again in {self.wait:.3f}s."

    def headers(self) -> dict[str, str]:
        """Return how long to wait, in whole seconds and in milliseconds, both rounded up."""
        if self.wait is None:
            return {}
        return {
            "retry-after": str(ceil(self.wait)),
            "retry-after-ms": str(ceil(self.wait * 1000)),
        }


class Limits:
    """The limits of one account: a request is admitted by all of them or counts in none."""

    def __init__(self, settings: Settings) -> None:
        """Take the limits from the settings; nothing is used yet."""

        def meter(limit: int) -> Meter:
            burst = settings.burst
            return Window(limit) if burst is None else Bucket(limit, burst)

        self._requests = None if settings.rpm is None else meter(settings.rpm)
        self._tokens = None if settings.tpm is None else meter(settings.tpm)
        self._models = {each.model: meter(each.rpm) for each in settings.model_rpm}
        self._most_in_flight = settings.most_in_flight
        self._retry_after = settings.retry_after
        self._is_quiet = settings.quiet_limits
        self._in_flight = 0

    def admit(self, model: str, tokens: int, now: float) -> Refusal | None:
        """Count a request of so many tokens, or return why it is refused and count nothing.

        For what is admitted, `leave` is called when it is over.
        """
        most = self._most_in_flight
        if most is not None and self._in_flight >= most:
            wait = None if self._is_quiet else self._retry_after
            return Refusal("requests", most, wait, "requests in flight")
        meters = tuple(self._meters(model, tokens))
        for kind, limited, meter, amount in meters:
            if wait := meter.wait(amount, now):
                told = None if self._is_quiet else wait
                return Refusal(kind, meter.limit, told, limited)
        for _, _, meter, amount in meters:
            meter.take(amount, now)
        self._in_flight += 1
        return None

    def leave(self) -> None:
        """Count that an admitted request is over."""
        self._in_flight -= 1

    def headers(self, model: str, now: float) -> dict[str, str]:
        """Return the state of the limits that are set, as OpenAI's response headers.

        A model's own limit stands in the place of the account's.
        """
        headers: dict[str, str] = {}
        if self._is_quiet:
            return headers
        requests = self._models.get(model, self._requests)
        for kind, meter in (("requests", requests), ("tokens", self._tokens)):
            if meter is not None:
                headers[f"x-ratelimit-limit-{kind}"] = str(meter.limit)
                headers[f"x-ratelimit-remaining-{kind}"] = str(meter.remaining(now))
                # rounded first: 1.2 s that came out of a subtraction are not 1.201 s
                milliseconds = ceil(round(meter.reset(now) * 1000, 6))
                headers[f"x-ratelimit-reset-{kind}"] = f"{milliseconds / 1000:g}s"
        return headers

    def _meters(self, model: str, tokens: int) -> Iterator[tuple[Kind, str, Meter, int]]:
        """Yield what the request counts in: kind, words for it, meter and amount."""
        if self._requests is not None:
            yield "requests", "requests per min", self._requests, 1
        own = self._models.get(model)
        if own is not None:
            yield "requests", f"requests to {model} per min", own, 1
        if self._tokens is not None:
            yield "tokens", "tokens per min", self._tokens, tokens
