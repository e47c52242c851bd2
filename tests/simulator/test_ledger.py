"""Check what the ledger counts."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from asynceval.simulator.dice import digest
from asynceval.simulator.faults import Fault
from asynceval.simulator.ledger import Ledger


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from("ab"))))
def test_payments(payments: list[tuple[int, str]]) -> None:
    """Every payment counts for its model, and each beyond a call's first as paid twice."""
    ledger = Ledger()
    for call, model in payments:
        ledger.pay(digest(str(call)), model, 10)
    stats = ledger.stats()
    assert stats["paid"] == len(payments)
    assert stats["paid_twice"] == len(payments) - len({call for call, _ in payments})
    assert stats["by_model"] == Counter(model for _, model in payments)
    assert stats["tokens"] == 10 * len(payments)


@given(st.lists(st.booleans()))
def test_in_flight(arrivals: list[bool]) -> None:
    """The peak is the most that were in flight at one time."""
    ledger, in_flight, peak = Ledger(), 0, 0
    for arrives in arrivals:
        if arrives:
            ledger.arrive()
            in_flight += 1
        elif in_flight:
            ledger.leave()
            in_flight -= 1
        peak = max(peak, in_flight)
        assert ledger.stats()["in_flight"] == in_flight
        assert ledger.stats()["peak_in_flight"] == peak
    assert ledger.stats()["requests"] == sum(arrivals)


def test_attempts() -> None:
    """Attempts are counted for each request by itself, from 1."""
    ledger = Ledger()
    assert [ledger.attempt(digest(name)) for name in ("a", "a", "b", "a")] == [1, 2, 1, 3]


def test_failures() -> None:
    """Faults are counted by kind, apart from refusals over a limit."""
    ledger = Ledger()
    ledger.fail(Fault.RATE)
    ledger.fail(Fault.RATE)
    ledger.fail(Fault.RESET)
    ledger.refuse()
    stats = ledger.stats()
    assert (stats["faults"], stats["rate_limited"]) == ({"429": 2, "reset": 1}, 1)
    assert stats["paid"] == 0


def test_what_became_of_payments() -> None:
    """What was paid for is answered or lost, and an outage is counted apart from both."""
    ledger = Ledger()
    ledger.answer()
    ledger.lose()
    ledger.lose()
    ledger.cut_off(3)
    ledger.cut_off()
    stats = ledger.stats()
    assert (stats["answered"], stats["lost_after_accept"], stats["cut_off"]) == (1, 2, 4)


def test_reset() -> None:
    """A reset forgets everything but the requests that are still in flight."""
    ledger = Ledger()
    ledger.arrive()
    ledger.arrive()
    ledger.leave()
    ledger.attempt(digest("a"))
    ledger.pay(digest("a"), "m", 10)
    ledger.fail(Fault.HANG)
    ledger.refuse()
    ledger.answer()
    ledger.lose()
    ledger.cut_off()
    ledger.reset()
    assert ledger.stats() == {
        "requests": 0,
        "paid": 0,
        "paid_twice": 0,
        "answered": 0,
        "lost_after_accept": 0,
        "tokens": 0,
        "in_flight": 1,
        "peak_in_flight": 1,
        "rate_limited": 0,
        "cut_off": 0,
        "faults": {},
        "by_model": {},
    }
    assert ledger.attempt(digest("a")) == 1
    ledger.pay(digest("a"), "m", 10)
    assert ledger.stats()["paid_twice"] == 0
