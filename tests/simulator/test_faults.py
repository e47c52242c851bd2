"""Check which attempts fail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynceval.simulator.dice import digest
from asynceval.simulator.faults import Fault, FaultRate, choose

RATES = (FaultRate(Fault.INTERNAL, 0.2), FaultRate(Fault.RESET, 0.1))


@given(st.binary(), st.integers(), st.integers(1, 100))
def test_decided_by_seed_request_and_attempt(request: bytes, seed: int, attempt: int) -> None:
    """The same attempt of the same request under the same seed always ends the same way."""
    assert choose(RATES, seed, request, attempt) == choose(RATES, seed, request, attempt)


@given(st.binary())
def test_none_without_rates(request: bytes) -> None:
    """Without rates, and with rates of 0, nothing fails."""
    assert choose((), 0, request, 1) is None
    assert choose((FaultRate(Fault.HANG, 0.0),), 0, request, 1) is None


@given(st.binary(), st.integers(1, 100))
def test_always_at_rate_one(request: bytes, attempt: int) -> None:
    """At a rate of 1 every attempt fails."""
    assert choose((FaultRate(Fault.HANG, 1.0),), 0, request, attempt) is Fault.HANG


def test_rates_are_kept() -> None:
    """Over many requests each fault happens about as often as its rate says."""
    ends = [choose(RATES, 0, digest(str(i)), 1) for i in range(10_000)]
    assert 1900 < ends.count(Fault.INTERNAL) < 2100
    assert 900 < ends.count(Fault.RESET) < 1100
    assert ends.count(None) == 10_000 - ends.count(Fault.INTERNAL) - ends.count(Fault.RESET)


def test_a_retry_can_succeed() -> None:
    """Every request gets through at some attempt, at a rate of a half."""
    rates = (FaultRate(Fault.CLOSE, 0.5),)
    for i in range(100):
        request = digest(str(i))
        assert any(choose(rates, 0, request, attempt) is None for attempt in range(1, 30))


def test_another_seed_other_faults() -> None:
    """Another seed lets other requests fail."""
    ends = [[choose(RATES, seed, digest(str(i)), 1) for i in range(100)] for seed in (0, 1)]
    assert ends[0] != ends[1]


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan")])
def test_refuses_what_is_no_probability(rate: float) -> None:
    """A rate outside [0, 1] is refused, and the message names the fault."""
    with pytest.raises(ValueError, match="the rate of reset is a probability"):
        FaultRate(Fault.RESET, rate)
