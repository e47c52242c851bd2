"""Text from outside is shown, never obeyed."""

import sys
import unicodedata

import pytest

from asynceval.domain.text import visible

SEEN = set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
"""Signs that enclose a number: they have ink, whatever their category says."""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "␛[2J"),
        ("\x9b2J", "\\x9b2J"),
        ("a\rb\x7f", "a␍b␡"),
        ("\u202eevil", "\\u202eevil"),
        ("a\u200bb\u2028c\ufeff", "a\\u200bb\\u2028c\\ufeff"),
        ("\ud83d", "\\ud83d"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_acts_or_hides_becomes_a_symbol(text: str, shown: str) -> None:
    """A character that moves, colours, reverses or hides is replaced by a visible name."""
    assert visible(text) == shown


@pytest.mark.parametrize("text", ["two\nlines\tand a tab", "Grüße, 你好 🙂", "[/b] [[a]] \\u202e"])
def test_what_can_be_seen_stays(text: str) -> None:
    """Letters of any script, symbols, newline and tab are left as they are."""
    assert visible(text) == text


def test_nothing_that_acts_is_left() -> None:
    """Of all characters there are, none that controls, turns, separates or is half survives."""
    shown = visible("".join(map(chr, range(sys.maxunicode + 1))))
    acting = {"Cc", "Zl", "Zp", "Cs", "Cf"}
    left = {char for char in shown if unicodedata.category(char) in acting}
    assert left == {"\n", "\t"} | SEEN
    assert visible(shown) == shown
