"""Spans add up, and samples say what more values of their kind may be."""

from random import Random

import pytest

from asynceval.stats.span import Sample, Span


def sample(*values: float) -> Sample:
    """Return a sample of these values."""
    found = Sample()
    for value in values:
        found.add(value)
    return found


def test_spans_add_and_multiply_end_to_end() -> None:
    """All parts are low, as expected or high at once."""
    one, other = Span(1, 2, 4), Span(10, 20, 30)
    assert one + other == Span(11, 22, 34)
    assert one * 3 == Span(3, 6, 12)
    assert one * other == Span(10, 40, 120)
    assert other.capped(15) == Span(10, 15, 15)
    assert other.capped(None) == other


def test_equal_values_leave_no_doubt() -> None:
    """Without a spread the interval is the value itself, and never below nothing."""
    assert sample(5, 5, 5).one() == Span(5, 5, 5)
    assert sample(0, 1).one().low == 0


def test_the_mean_of_many_is_surer_than_one() -> None:
    """The interval shrinks with the values seen and with those to come, and keeps its middle."""
    few, many = sample(*range(10)), sample(*list(range(10)) * 20)
    assert few.one().mid == few.mean_of(100).mid == 4.5
    assert few.one().high > few.mean_of(2).high > few.mean_of(100).high > many.mean_of(100).high


@pytest.mark.parametrize("count", [5, 20])
def test_nine_of_ten_means_are_inside(count: int) -> None:
    """The mean of the values to come lies in the interval at least nine times of ten."""
    dice = Random(1)
    inside = 0
    for _ in range(1000):
        span = sample(*(dice.gauss(100, 30) for _ in range(count))).mean_of(40)
        mean = sum(dice.gauss(100, 30) for _ in range(40)) / 40
        inside += span.low <= mean <= span.high
    assert inside >= 900
