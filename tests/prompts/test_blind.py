"""Blinding: names of models are hidden where they are names."""

import pytest

from asynceval.prompts.blind import blinded, telling

NAMES = ("gpt", "chatgpt", "Qwen/Qwen3-8B", "qwen", "claude-3.5-sonnet", "claude", "o1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I am GPT.", "I am [model]."),
        ("GPT-4o, gpt 3.5 and ChatGPT", "[model], [model] and [model]"),
        ("Qwen2.5 said so", "[model] said so"),
        ("claude-3.5-sonnet and Claude 3", "[model] and [model]"),
        ("Qwen/Qwen3-8B!", "[model]!"),
        ("Egypt, Claudette, xo1y", "Egypt, Claudette, xo1y"),
        ("我是GPT-4。", "我是GPT-4。"),
        ("_gpt_", "_[model]_"),
        ("", ""),
    ],
)
def test_names_are_hidden(text: str, expected: str) -> None:
    """A name with its version becomes a neutral word; parts of other words stay."""
    assert blinded(text, NAMES) == expected


def test_without_names_a_text_stays() -> None:
    """There is nothing to hide."""
    assert blinded("GPT", ()) == blinded("GPT", ("",)) == "GPT"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("gpt-4o", True), ("Qwen/Qwen3-8B", True), ("strong", False), ("m", False), ("m-1", False)],
)
def test_ordinary_words_are_no_names(name: str, expected: bool) -> None:
    """A model called "strong" in a sweep does not have that word taken out of every answer."""
    assert telling(name) == expected
