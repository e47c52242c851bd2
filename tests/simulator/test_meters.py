"""Check the meters on a clock of their own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynceval.simulator.meters import Bucket, Window

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


@given(st.integers(1, 600), st.floats(0.01, 30), st.lists(st.tuples(GAPS, st.integers(1, 8))))
def test_a_bucket_never_gives_more_than_its_rate(
    limit: int, burst: float, asked: list[tuple[float, int]]
) -> None:
    """What is taken in any span is at most its share of the rate, and what a full bucket gives."""
    bucket, now, taken = Bucket(limit, burst), 1000.0, list[tuple[float, int]]()
    for gap, amount in asked:
        now += gap
        if bucket.wait(amount, now) == 0:
            bucket.take(amount, now)
            taken.append((now, amount))
    # a full bucket admits even what is larger than itself
    at_once = max(1.0, limit / 60 * burst, *(amount for _, amount in taken), 0.0)
    for i, (start, _) in enumerate(taken):
        total = 0
        for at, amount in taken[i:]:
            total += amount
            assert total <= at_once + (at - start) * limit / 60 + 1e-3


@given(st.integers(8, 600), st.floats(0.01, 30), st.lists(st.tuples(GAPS, st.integers(1, 8))))
def test_waiting_for_a_bucket_helps(
    limit: int, burst: float, asked: list[tuple[float, int]]
) -> None:
    """What is refused fits after the wait that was told."""
    bucket, now = Bucket(limit, burst), 1000.0
    for gap, amount in asked:
        now += gap
        wait = bucket.wait(amount, now)
        if wait:
            now += wait + 1e-6
            assert bucket.wait(amount, now) == 0
        bucket.take(amount, now)


def test_a_bucket_refills_continuously() -> None:
    """A second's worth can be taken at once, then one as soon as its time has passed."""
    bucket = Bucket(600, 1.0)
    assert bucket.remaining(5.0) == 10
    for _ in range(10):
        assert bucket.wait(1, 5.0) == 0
        bucket.take(1, 5.0)
    assert bucket.remaining(5.0) == 0
    assert bucket.wait(1, 5.0) == pytest.approx(0.1)
    assert bucket.reset(5.0) == pytest.approx(1.0)
    assert bucket.wait(1, 5.1) == 0
    assert bucket.remaining(5.55) == 5
    assert bucket.remaining(3600.0) == 10


def test_an_amount_larger_than_the_bucket_waits_for_a_full_one() -> None:
    """What is larger than the bucket but not than the limit fits, and is paid off afterwards."""
    bucket = Bucket(60, 2.0)
    assert bucket.wait(61, 0.0) == 60
    assert bucket.wait(50, 0.0) == 0
    bucket.take(50, 0.0)
    assert bucket.remaining(0.0) == 0
    assert bucket.wait(1, 0.0) == pytest.approx(49)


def test_a_small_bucket_holds_one() -> None:
    """However short the burst is, a request fits at some time, and that is what is told."""
    bucket = Bucket(1, 0.01)
    assert (bucket.remaining(0.0), bucket.wait(1, 0.0)) == (1, 0)
    bucket.take(1, 0.0)
    assert (bucket.remaining(0.0), bucket.wait(1, 0.0)) == (0, 60)
