"""Check when an endpoint counts as down, and how it is tried again."""

from asynceval.engine.breaker import Breaker


def down(breaker: Breaker, now: float = 0.0) -> float | None:
    """Let twelve calls fail; return the wait for the first probe."""
    waits = [breaker.fail(b"%d" % key, now, 0.0, is_probe=False) for key in range(12)]
    assert waits[:11] == [None] * 11
    return waits[11]


def test_one_call_is_no_outage() -> None:
    """However often and long one call fails, or two, the endpoint is not down."""
    breaker = Breaker()
    for second in range(99):
        assert breaker.fail(b"a", second, 0.0, is_probe=False) is None
    assert breaker.is_lone
    assert breaker.fail(b"b", 99, 0.0, is_probe=False) is None
    assert not breaker.is_lone
    assert breaker.fail(b"c", 99, 0.0, is_probe=False) == 0.5


def test_twelve_faults_or_five_seconds() -> None:
    """It takes twelve faults at once, or failures for five seconds; an answer begins the count anew."""
    breaker = Breaker()
    for key in (b"a", b"b", b"c"):
        assert breaker.fail(key, 1.0, 0.0, is_probe=False) is None
    assert breaker.answer(1.0) is None
    for key in (b"a", b"b", b"c"):
        assert breaker.fail(key, 5.0, 0.0, is_probe=False) is None
    assert breaker.fail(b"a", 9.9, 0.0, is_probe=False) is None
    assert breaker.fail(b"a", 10.0, 0.0, is_probe=False) == 0.5
    assert breaker.answer(11.0, is_probe=True) == 1.0
    assert down(breaker, 12.0) == 0.5
    assert breaker.is_down
    assert not breaker.allows(12.4)


def test_one_probe_at_a_time() -> None:
    """While it is down one call goes out when its time has come, and no other beside it."""
    breaker = Breaker()
    down(breaker)
    assert breaker.allows(0.5)
    assert breaker.admit()
    assert not breaker.allows(0.6)
    breaker.withdraw()
    assert breaker.allows(0.6)


def test_probes_get_rarer() -> None:
    """Each probe that fails doubles the wait for the next, up to 15 s and never below half of it."""
    breaker, now, waits = Breaker(), 0.0, []
    down(breaker)
    for _ in range(8):
        now += 40
        assert breaker.admit()
        waits.append(breaker.fail(b"p", now, 0.999999, is_probe=True))
    assert [round(wait or 0) for wait in waits] == [2, 4, 8, 15, 15, 15, 15, 15]
    breaker.admit()
    assert breaker.fail(b"p", now, 0.0, is_probe=True) == 7.5


def test_late_failures_prolong_nothing() -> None:
    """A call sent before the outage was known neither ends a probe nor moves the next."""
    breaker = Breaker()
    down(breaker)
    breaker.admit()
    assert breaker.fail(b"late", 0.1, 0.0, is_probe=False) is None
    assert not breaker.allows(0.9)


def test_an_answer_closes_it() -> None:
    """Any answer ends the outage, says how long it was, and the next one begins anew."""
    breaker = Breaker()
    down(breaker, 10.0)
    breaker.admit()
    assert breaker.answer(13.0) is None
    assert breaker.answer(14.0, is_probe=True) == 4.0
    assert not breaker.is_down
    assert breaker.allows(14.0)
    assert down(breaker, 20.0) == 0.5
