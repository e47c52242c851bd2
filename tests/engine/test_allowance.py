"""Check how many retries there are to be had."""

from random import Random

from asynceval.engine.allowance import Allowance


def test_a_fifth_of_the_load() -> None:
    """Over a long time, retries are a fifth of the new calls, one a second, and what was saved."""
    allowance, random = Allowance(), Random(1)
    taken, now = 0, 0.0
    for _ in range(10_000):
        now += random.random() / 50
        allowance.earn()
        taken += allowance.take(now)
    assert abs(taken - (2000 + now + 20)) < 25


def test_one_a_second_without_new_calls() -> None:
    """When nothing new is sent, retries still go out, one a second."""
    allowance = Allowance()
    assert sum(allowance.take(0.0) for _ in range(100)) == 20
    assert not allowance.take(0.9)
    assert allowance.take(1.0)
    assert not allowance.take(1.0)


def test_no_more_than_twenty_are_saved_up() -> None:
    """A long quiet time is no licence for a storm."""
    allowance = Allowance()
    for _ in range(1000):
        allowance.earn()
    assert sum(allowance.take(9999.0) for _ in range(100)) == 20
