"""Check how the speed of streamed answers is told."""

from dataclasses import replace

import pytest

from asynceval.domain.cell import Cell
from asynceval.domain.reply import Reply, Usage
from asynceval.report.outcomes import Outcome
from asynceval.report.speed import Speed, Stopwatch

CELL = Cell("1", "writing", 1, "m", 0)


def answered(first: float | None, last: float | None, tokens: int | None) -> Outcome:
    reply = Reply("Hi", usage=Usage(3, tokens), first_words=first, last_words=last)
    return Outcome.answered(CELL, b"k" * 16, reply)


def test_medians_of_what_was_measured() -> None:
    """The rate is from the first words to the last; what was not streamed does not count."""
    watch = Stopwatch()
    for first, seconds, tokens in ((0.1, 1.0, 11), (0.5, 2.0, 11), (0.3, 1.0, None)):
        watch.add(answered(first, first + seconds, tokens))
    watch.add(answered(None, None, 11))
    watch.add(replace(answered(2.0, 2.0, 1), cell=replace(CELL, target="a")))
    alone, speed = watch.speeds()
    assert alone == Speed("a", 1, 2.0, None)
    assert (speed.model, speed.n, speed.first_token) == ("m", 3, 0.3)
    assert speed.tokens_per_second == pytest.approx(7.5)


def test_thinking_that_was_not_shown_is_no_part_of_the_rate() -> None:
    """It was over before the first words came; what was shown came between them."""
    hidden = Reply("Hi", usage=Usage(10, 1000, 950), first_words=5.0, last_words=6.0)
    assert hidden.tokens_per_second == 49.0
    assert replace(hidden, reasoning="Hm.").tokens_per_second == 999.0


def test_without_a_stream_there_is_no_speed() -> None:
    """Nothing is made up."""
    watch = Stopwatch()
    watch.add(answered(None, None, 5))
    assert watch.speeds() == ()
