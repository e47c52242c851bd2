"""Blinding: the names of models in what a judge is shown, replaced by a neutral word."""

import re
from collections.abc import Iterable

NEUTRAL = "[model]"

_VERSION = (
    r"(?:[-_ ]?v?[0-9][0-9A-Za-z]*)?"
    r"(?:\.[0-9]+[A-Za-z]*|-[A-Za-z]*[0-9][0-9A-Za-z]*"
    r"|-(?:mini|nano|turbo|pro|flash|lite|max|plus|instruct|chat|preview|latest|coder|large|medium|small"
    r"|sonnet|opus|haiku))*"
)


def blinded(text: str, names: Iterable[str]) -> str:
    """Return the text with every name replaced, in whatever case, along with a version after it.

    `names` are whole words: "GPT" is found in "GPT-4o" and in "gpt 3.5", and not in "Egypt".
    """
    words = sorted({re.escape(name) for name in names if name}, key=len, reverse=True)
    if not words:
        return text
    pattern = rf"(?<![^\W_])(?:{'|'.join(words)}){_VERSION}(?![^\W_])"
    return re.sub(pattern, NEUTRAL, text, flags=re.IGNORECASE)


def telling(name: str) -> bool:
    """Whether a model's name stands for it in prose: an ordinary word, such as "strong", does not."""
    return len(name) > 3 and any(not letter.isalpha() for letter in name)
