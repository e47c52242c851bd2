"""Settings: what a simulator does, and how its command line says it."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from asynceval.simulator.faults import Fault, FaultRate
from asynceval.simulator.latency import Constant, Latency, Lognormal

_EPSILON = 1e-9
_AT_ONCE = Constant(0.0)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a simulator does.

    `rpm` and `tpm` are requests and tokens (prompt and completion) in any 60 s, None without a
    limit. `seed` decides which requests fail. `api_key`, if set, is demanded of every request.
    """

    latency: Latency = _AT_ONCE
    rpm: int | None = None
    tpm: int | None = None
    faults: tuple[FaultRate, ...] = ()
    seed: int = 0
    api_key: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse settings that cannot be."""
        for name, limit in (("rpm", self.rpm), ("tpm", self.tpm)):
            if limit is not None and limit < 1:
                raise ValueError(f"{name} is 1 or more, not {limit}")
        kinds = [each.fault for each in self.faults]
        if len(set(kinds)) < len(kinds):
            raise ValueError("a fault is given twice")
        if sum(each.rate for each in self.faults) > 1 + _EPSILON:
            raise ValueError("the fault rates add up to more than 1")
        if self.api_key == "":
            raise ValueError("the API key is empty")


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
