"""Settings: what a simulator does, and how its command line says it."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf

from asynceval.simulator.faults import Fault, FaultRate
from asynceval.simulator.latency import Constant, Latency, Lognormal

_EPSILON = 1e-9
_AT_ONCE = Constant(0.0)


@dataclass(frozen=True, slots=True)
class ModelLimit:
    """How many requests a minute one model takes, whatever the account's limit is."""

    model: str
    rpm: int

    def __post_init__(self) -> None:
        """Refuse what is no limit."""
        if not self.model:
            raise ValueError("a model's limit needs its name")
        if self.rpm < 1:
            raise ValueError(f"the limit of {self.model} is 1 or more, not {self.rpm}")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a simulator does.

    `rpm` and `tpm` are requests and tokens (prompt and completion) a minute, None without a limit:
    in any 60 s, or with `burst` given back continuously, of which so many seconds' worth is kept.
    `model_rpm` limits single models besides. More requests in flight than `most_in_flight` are
    refused; `retry_after` is the wait in seconds that these refusals ask for, None for none. With
    `quiet_limits` no response says anything of limits. `slots` is how many requests are worked on at
    once, the others wait for their turn. `seed` decides which requests fail. `api_key`, if set, is
    demanded of every request; with `echo_key` errors repeat the key that they were sent.
    """

    latency: Latency = _AT_ONCE
    rpm: int | None = None
    tpm: int | None = None
    faults: tuple[FaultRate, ...] = ()
    seed: int = 0
    api_key: str | None = field(default=None, repr=False)
    model_rpm: tuple[ModelLimit, ...] = ()
    burst: float | None = None
    most_in_flight: int | None = None
    retry_after: float | None = None
    quiet_limits: bool = False
    slots: int | None = None
    echo_key: bool = False

    def __post_init__(self) -> None:
        """Refuse settings that cannot be."""
        for name in ("rpm", "tpm", "most_in_flight", "slots"):
            limit = getattr(self, name)
            if limit is not None and limit < 1:
                raise ValueError(f"{name} is 1 or more, not {limit}")
        if self.burst is not None and not 0 < self.burst < inf:
            raise ValueError("a burst is more than 0 seconds")
        if self.retry_after is not None:
            if not 0 <= self.retry_after < inf:
                raise ValueError("retry_after is 0 seconds or more")
            if self.most_in_flight is None or self.quiet_limits:
                raise ValueError("retry_after needs most_in_flight, and limits that are not quiet")
        if len({each.model for each in self.model_rpm}) < len(self.model_rpm):
            raise ValueError("a model's limit is given twice")
        _check_rates(self.faults)
        if self.api_key == "":
            raise ValueError("the API key is empty")


def _check_rates(faults: tuple[FaultRate, ...]) -> None:
    if len({each.fault for each in faults}) < len(faults):
        raise ValueError("a fault is given twice")
    if sum(each.rate for each in faults) > 1 + _EPSILON:
        raise ValueError("the fault rates add up to more than 1")


def parse_latency(text: str) -> Latency:
    """Read `0.2` (seconds) or `lognormal:0.8,4.0` (p50 and p99); ValueError says what is allowed."""
    kind, colon, numbers = text.strip().partition(":")
    with suppress(ValueError):
        if not colon:
            return Constant(float(kind))
        if kind == "lognormal":
            p50, p99 = map(float, numbers.split(","))
            return Lognormal(p50, p99)
    raise ValueError(
        f"latency {text!r} is not understood; allowed are seconds, such as 0.2, "
        "and lognormal:P50,P99 with 0 < P50 <= P99, such as lognormal:0.8,4.0"
    )


def parse_model_rpm(texts: Iterable[str]) -> tuple[ModelLimit, ...]:
    """Read `MODEL=N` each, such as `sim-s25=60`; ValueError says what is allowed."""
    return tuple(map(_parse_model_rpm, texts))


def _parse_model_rpm(text: str) -> ModelLimit:
    model, _, rpm = text.strip().rpartition("=")
    try:
        return ModelLimit(model, int(rpm))
    except ValueError:
        raise ValueError(
            f"model limit {text!r} is not understood; allowed is MODEL=N, such as sim-s25=60, "
            "with N requests a minute, 1 or more"
        ) from None


def parse_faults(texts: Iterable[str]) -> tuple[FaultRate, ...]:
    """Read `KIND=RATE` each, such as `500=0.05`; ValueError says what is allowed."""
    return tuple(map(_parse_fault, texts))


def _parse_fault(text: str) -> FaultRate:
    kind, _, rate = text.strip().partition("=")
    try:
        return FaultRate(Fault(kind), float(rate))
    except ValueError:
        raise ValueError(
            f"fault {text!r} is not understood; allowed is KIND=RATE, such as 500=0.05, with a "
            f"rate between 0 and 1 and a kind of {', '.join(Fault)}"
        ) from None
