"""Check which requests the limits of an account admit."""

import pytest

from asynceval.simulator.limits import Limits, Refusal
from asynceval.simulator.settings import ModelLimit, Settings


def test_nothing_is_lost() -> None:
    """The whole limit is admitted at once, and the whole limit again 60 s later."""
    limits = Limits(Settings(rpm=100))
    for now in (5.0, 65.0):
        assert [limits.admit("m", 1, now) for _ in range(100)] == [None] * 100
        assert isinstance(limits.admit("m", 1, now), Refusal)
    assert isinstance(limits.admit("m", 1, 124.9), Refusal)


def test_never_fits() -> None:
    """An amount above the limit is refused for 60 s, even by an empty window."""
    assert Limits(Settings(tpm=10)).admit("m", 11, 0.0) == Refusal(
        "tokens", 10, 60.0, "tokens per min"
    )


def test_refused_by_one_counts_in_neither() -> None:
    """A request refused for its tokens uses up none of the requests."""
    limits = Limits(Settings(rpm=2, tpm=10))
    assert limits.admit("m", 8, 0.0) is None
    assert limits.admit("m", 8, 0.0) == Refusal("tokens", 10, 60.0, "tokens per min")
    assert limits.headers("m", 0.0)["x-ratelimit-remaining-requests"] == "1"
    assert limits.admit("m", 2, 0.0) is None
    assert limits.admit("m", 1, 1.0) == Refusal("requests", 2, 59.0)


def test_headers() -> None:
    """The headers tell limit, rest and time to the full limit, for the limits that are set."""
    limits = Limits(Settings(rpm=2))
    limits.admit("m", 7, 10.0)
    assert limits.headers("m", 68.8) == {
        "x-ratelimit-limit-requests": "2",
        "x-ratelimit-remaining-requests": "1",
        "x-ratelimit-reset-requests": "1.2s",
    }
    assert list(Limits(Settings(tpm=5)).headers("m", 0.0).items()) == [
        ("x-ratelimit-limit-tokens", "5"),
        ("x-ratelimit-remaining-tokens", "5"),
        ("x-ratelimit-reset-tokens", "0s"),
    ]
    assert Limits(Settings()).headers("m", 0.0) == {}


@pytest.mark.parametrize(
    ("wait", "seconds", "milliseconds"),
    [(0.0001, "1", "1"), (1.0, "1", "1000"), (1.0001, "2", "1001"), (60.0, "60", "60000")],
)
def test_waits_are_rounded_up(wait: float, seconds: str, milliseconds: str) -> None:
    """A client that waits for what either header says comes back late enough."""
    assert Refusal("requests", 1, wait).headers() == {
        "retry-after": seconds,
        "retry-after-ms": milliseconds,
    }


def test_a_model_has_a_limit_of_its_own() -> None:
    """A limited model is refused by its own limit, while the others have the account's."""
    limits = Limits(Settings(rpm=3, model_rpm=(ModelLimit("slow", 1),)))
    assert limits.headers("slow", 0.0)["x-ratelimit-limit-requests"] == "1"
    assert limits.headers("fast", 0.0)["x-ratelimit-limit-requests"] == "3"
    assert limits.admit("slow", 1, 0.0) is None
    refusal = Refusal("requests", 1, 59.0, "requests to slow per min")
    assert limits.admit("slow", 1, 1.0) == refusal
    assert refusal.message == (
        "Rate limit reached for requests to slow per min: 1. Please try again in 59.000s."
    )
    assert limits.headers("slow", 1.0)["x-ratelimit-remaining-requests"] == "0"
    # what was refused has used up nothing of the account's
    assert limits.admit("fast", 1, 1.0) is None
    assert limits.admit("fast", 1, 1.0) is None
    assert limits.admit("fast", 1, 1.0) == Refusal("requests", 3, 59.0)


def test_no_more_in_flight_than_told() -> None:
    """One more than may be in flight is refused until one of them is over, and asks for no wait."""
    limits = Limits(Settings(rpm=3, most_in_flight=2))
    assert limits.admit("m", 1, 0.0) is None
    assert limits.admit("m", 1, 0.0) is None
    refusal = limits.admit("m", 1, 0.0)
    assert refusal == Refusal("requests", 2, None, "requests in flight")
    assert refusal.headers() == {}
    assert refusal.message == "Rate limit reached for requests in flight: 2."
    limits.leave()
    assert limits.admit("m", 1, 0.0) is None


def test_in_flight_refusals_ask_for_a_wait_if_told_to() -> None:
    """With `retry_after`, a refusal for too many in flight has it in its headers."""
    limits = Limits(Settings(most_in_flight=1, retry_after=1.5))
    limits.admit("m", 1, 0.0)
    refusal = limits.admit("m", 1, 0.0)
    assert refusal is not None
    assert refusal.headers() == {"retry-after": "2", "retry-after-ms": "1500"}


def test_quiet_limits_say_nothing() -> None:
    """Quiet limits refuse as others do, and tell neither limit nor wait."""
    limits = Limits(Settings(rpm=1, quiet_limits=True))
    assert limits.admit("m", 1, 0.0) is None
    refusal = limits.admit("m", 1, 0.0)
    assert refusal == Refusal("requests", 1, None)
    assert (refusal.headers(), limits.headers("m", 0.0)) == ({}, {})
    assert "try again" not in refusal.message


def test_with_a_burst_limits_are_buckets() -> None:
    """With a burst, the limit is given back continuously."""
    limits = Limits(Settings(rpm=60, burst=2.0))
    assert [limits.admit("m", 1, 0.0) for _ in range(3)] == [None, None, Refusal("requests", 60, 1)]
    assert limits.admit("m", 1, 1.0) is None
