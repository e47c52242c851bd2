"""Check the tokens of a minute."""

from random import Random

import pytest

from asynceval.engine.minute import SECONDS, Minute

TPM = 60_000.0


def most() -> float:
    """Return how many tokens go into a minute in which nothing is in flight."""
    minute, total = Minute(TPM), 0.0
    while not minute.wait(100.0, 0.0):
        minute.take(100.0, 0.0)
        total += 100.0
    return total


def test_a_minute_is_nearly_filled() -> None:
    """Little is left free for what is not known yet."""
    assert 0.97 * TPM <= most() <= TPM


def test_what_went_out_leaves_after_a_minute() -> None:
    """A full minute says how long it takes until there is room again."""
    minute = Minute(TPM)
    minute.take(most(), 10.0)
    wait = minute.wait(100.0, 20.0)
    assert 50 <= wait <= 51
    assert minute.wait(100.0, 20.0 + wait + 1e-6) == 0


def test_what_turns_out_less_makes_room() -> None:
    """When calls took less than was expected, others may go out at once; and the other way round."""
    minute = Minute(TPM)
    minute.take(most(), 1.0)
    assert minute.wait(100.0, 2.0) > 0
    minute.correct(-500.0, 1.0)
    assert minute.wait(100.0, 2.0) == 0
    minute.correct(+500.0, 1.0)
    assert minute.wait(100.0, 2.0) > 0


def test_a_call_larger_than_a_minute_goes_out_alone() -> None:
    """What will never fit is not held back for ever."""
    minute = Minute(TPM)
    assert minute.wait(10 * TPM, 0.0) == 0
    minute.take(10 * TPM, 0.0)
    assert minute.wait(1.0, 1.0) > 0
    assert minute.wait(10 * TPM, 1.0) <= SECONDS


@pytest.mark.parametrize("seed", range(20))
def test_no_minute_over_the_limit(seed: int) -> None:
    """Whatever the amounts, and however they are put right, no minute of known tokens is over."""
    random = Random(seed)
    minute, now, sent = Minute(TPM), 0.0, []
    while now < 400:
        expected, used = random.uniform(50, 2000), random.uniform(50, 2000)
        wait = minute.wait(max(expected, used), now)
        if wait:
            now += wait
            continue
        minute.take(expected, now)
        minute.correct(used - expected, now)
        sent.append((now, used))
        now += random.uniform(0, 0.5)
    for at, _ in sent:
        assert sum(tokens for when, tokens in sent if at - 60 < when <= at) <= TPM


def test_corrections_of_what_is_gone_change_nothing() -> None:
    """A call that took longer than a minute is not counted again."""
    minute = Minute(TPM)
    minute.correct(1e9, 0.0)
    assert minute.wait(100.0, 0.0) == 0
    minute.take(100.0, 1.0)
    assert minute.wait(100.0, 100.0) == 0
    minute.correct(1e9, 1.0)
    assert minute.wait(100.0, 100.0) == 0
