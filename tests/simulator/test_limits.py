"""Check the limits on a clock of their own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynceval.simulator.limits import Limits, Refusal, Window

GAPS = st.one_of(
    st.just(0.0), st.floats(0, 0.2), st.floats(0, 20), st.floats(59.8, 60), st.just(60.0)
)


@given(st.integers(1, 20), st.lists(st.tuples(GAPS, st.integers(1, 8)), max_size=80))
def test_never_over_the_limit(limit: int, asked: list[tuple[float, int]]) -> None:
    """No 60 s, wherever they start, hold more than the limit."""
    window, now, taken = Window(limit), 1000.0, list[tuple[float, int]]()
    for gap, amount in asked:
        now += gap
        if window.wait(amount, now) == 0:
            window.take(amount, now)
            taken.append((now, amount))
    for start, _ in taken:
        assert sum(amount for at, amount in taken if start <= at < start + 60) <= limit


@given(st.integers(8, 20), st.lists(st.tuples(GAPS, st.integers(1, 8)), min_size=1, max_size=40))
def test_waiting_helps(limit: int, asked: list[tuple[float, int]]) -> None:
    """What is refused fits after the wait that was told, and the wait is never over 60 s."""
    window, now = Window(limit), 1000.0
    for gap, amount in asked:
        now += gap
        wait = window.wait(amount, now)
        assert 0 <= wait <= 60 + 1e-9
        if wait:
            now += wait + 1e-6
            assert window.wait(amount, now) == 0
        window.take(amount, now)


def test_nothing_is_lost() -> None:
    """The whole limit is admitted at once, and the whole limit again 60 s later."""
    limits = Limits(100, None)
    for now in (5.0, 65.0):
        assert [limits.admit(1, now) for _ in range(100)] == [None] * 100
        assert isinstance(limits.admit(1, now), Refusal)
    assert isinstance(limits.admit(1, 124.9), Refusal)


def test_amounts_taken_together_leave_with_the_last() -> None:
    """Of two amounts taken within a twentieth of a second, neither is given back too early."""
    window = Window(2)
    window.take(1, 0.0)
    window.take(1, 0.04)
    assert window.wait(1, 60.03) == pytest.approx(0.01)
    assert window.remaining(60.04) == 2


def test_memory_is_bounded_by_the_window() -> None:
    """A steady stream is kept in at most 1,200 slices, and given back in as small steps."""
    window = Window(10**9)
    for i in range(100_000):
        window.remaining(i / 1000)
        window.take(1, i / 1000)
    assert len(window._slices) <= 1200
    assert 60_000 <= window.limit - window.remaining(100) <= 60_060


def test_never_fits() -> None:
    """An amount above the limit is refused for 60 s, even by an empty window."""
    assert Limits(None, 10).admit(11, 0.0) == Refusal("tokens", 10, 60.0)


def test_refused_by_one_counts_in_neither() -> None:
    """A request refused for its tokens uses up none of the requests."""
    limits = Limits(2, 10)
    assert limits.admit(8, 0.0) is None
    assert limits.admit(8, 0.0) == Refusal("tokens", 10, 60.0)
    assert limits.headers(0.0)["x-ratelimit-remaining-requests"] == "1"
    assert limits.admit(2, 0.0) is None
    assert limits.admit(1, 1.0) == Refusal("requests", 2, 59.0)


def test_headers() -> None:
    """The headers tell limit, rest and time to the full limit, for the limits that are set."""
    limits = Limits(2, None)
    limits.admit(7, 10.0)
    assert limits.headers(68.8) == {
        "x-ratelimit-limit-requests": "2",
        "x-ratelimit-remaining-requests": "1",
        "x-ratelimit-reset-requests": "1.2s",
    }
    assert list(Limits(None, 5).headers(0.0).items()) == [
        ("x-ratelimit-limit-tokens", "5"),
        ("x-ratelimit-remaining-tokens", "5"),
        ("x-ratelimit-reset-tokens", "0s"),
    ]
    assert Limits(None, None).headers(0.0) == {}


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
