"""Latency: how long a reply takes, in seconds, decided by the request alone."""

from dataclasses import dataclass
from math import exp, inf, log
from statistics import NormalDist

from asynceval.simulator.dice import unit

_NORMAL = NormalDist()
_Z99 = _NORMAL.inv_cdf(0.99)
_LEAST = 2**-53


@dataclass(frozen=True, slots=True)
class Constant:
    """Every reply takes the same number of seconds."""

    value: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what cannot be waited for."""
        if not 0 <= self.value < inf:
            raise ValueError("a latency is 0 seconds or more")

    def seconds(self, request: bytes) -> float:  # noqa: ARG002 - same shape as Lognormal's
        """Return the seconds."""
        return self.value


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Replies with a long tail: half of them take up to `p50` seconds, 99 % up to `p99`."""

    p50: float
    p99: float

    def __post_init__(self) -> None:
        """Refuse percentiles that no distribution has."""
        if not 0 < self.p50 <= self.p99 < inf:
            raise ValueError("a lognormal latency needs 0 < p50 <= p99, in seconds")

    def seconds(self, request: bytes) -> float:
        """Return the seconds that the request, given by its hash, takes."""
        z = _NORMAL.inv_cdf(max(unit("latency", request), _LEAST))
        return self.p50 * exp(log(self.p99 / self.p50) * z / _Z99)


Latency = Constant | Lognormal
