"""Numbers and names are worded to be read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from asynceval.progress.wording import clip, dollars, duration, percent, rate, shorten, wrap


@settings(deadline=None)  # other work on the machine is no failure
@given(st.text(st.characters(exclude_categories=["C", "M", "Z"])), st.integers(0, 40))
def test_long_names_keep_both_ends(name: str, width: int) -> None:
    """A name takes no more cells than it may, and keeps its beginning and its end."""
    short = shorten(name, width)
    assert cell_len(short) <= width
    assert cell_len(clip(name, width)) <= width
    if short != name and width > 8:
        first, last = short.split("…", 1) if "…" not in name else (short[:1], short[-1:])
        assert name.startswith(first)
        assert name.endswith(last)
        assert cell_len(short) >= width - 2


def test_a_name_is_shortened_in_the_middle() -> None:
    """What tells checkpoints apart stands at the end, so the middle goes."""
    assert shorten("my-org/checkpoint-step-004000", 15) == "my-org/…-004000"
    assert clip("a long sentence", 8) == "a long …"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, "--:--"), (0, "00:00"), (73.4, "01:13"), (3599.6, "1:00:00"), (360_000, "100:00:00")],
)
def test_durations(seconds: float | None, words: str) -> None:
    """Hours are told when there are some, and nothing is invented while the time is unknown."""
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("per_second", "words"), [(0.043, "0.04"), (0.96, "1.0"), (48.24, "48.2"), (1234.5, "1,234")]
)
def test_rates(per_second: float, words: str) -> None:
    """A rate has about two digits that mean something, however slow the model is."""
    assert rate(per_second) == words


@pytest.mark.parametrize(
    ("done", "total", "words"),
    [(0, 0, "0 %"), (341, 960, "36 %"), (9999, 10_000, "99 %"), (7, 7, "100 %")],
)
def test_percent(done: int, total: int, words: str) -> None:
    """100 % means that nothing is left."""
    assert percent(done, total) == words


def test_dollars() -> None:
    """Money is told to the cent, and finer the less it is; an interval in the same way."""
    assert dollars(0) == "0.00 USD"
    assert dollars(1234.5) == "1,234.50 USD"
    assert dollars(0.5) == "0.5000 USD"
    assert dollars(0.000034) == "0.000034 USD"
    assert dollars(12, 9.5, 20) == "12.00 (9.50 to 20.00) USD"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("short", ["short"]),
        ("one two three", ["one two", "three"]),
        ("a word-that-is-too-long", ["a", "word…long"]),
        ("one two three four five six", ["one two", "thre… six"]),
        ("日本 日本 日本", ["日本 日本", "日本"]),
    ],
)
def test_sentences_are_wrapped(text: str, lines: list[str]) -> None:
    """Between words, and at most so many lines; what is too long loses its middle."""
    assert wrap(text, 9, 2) == lines
