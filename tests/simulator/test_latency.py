"""Check how long replies take."""

from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynceval.simulator.dice import digest
from asynceval.simulator.latency import Constant, Lognormal


@given(st.binary(), st.floats(0.001, 100), st.floats(1, 100))
def test_same_request_same_latency(request: bytes, p50: float, factor: float) -> None:
    """A request always takes the same, positive time."""
    latency = Lognormal(p50, p50 * factor)
    assert latency.seconds(request) == Lognormal(p50, p50 * factor).seconds(request) > 0


def test_constant() -> None:
    """A constant latency is the same for all requests."""
    assert {Constant(0.2).seconds(b"%d" % i) for i in range(10)} == {0.2}


def test_percentiles() -> None:
    """Over many requests, the median and the 99th percentile are those that were asked for."""
    seconds = [Lognormal(0.8, 4.0).seconds(digest(str(i))) for i in range(20_000)]
    percentiles = quantiles(seconds, n=100)
    assert percentiles[49] == pytest.approx(0.8, rel=0.03)
    assert percentiles[98] == pytest.approx(4.0, rel=0.08)


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_constant_refuses(value: float) -> None:
    """A time that cannot be waited for is refused."""
    with pytest.raises(ValueError, match="0 seconds or more"):
        Constant(value)


@pytest.mark.parametrize(
    ("p50", "p99"), [(0, 1), (2, 1), (1, float("inf")), (1, float("nan")), (-1, 1)]
)
def test_lognormal_refuses(p50: float, p99: float) -> None:
    """Percentiles that no distribution has are refused."""
    with pytest.raises(ValueError, match="0 < p50 <= p99"):
        Lognormal(p50, p99)
