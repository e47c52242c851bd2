"""A secret: an API key that cannot be printed, logged or written by accident."""

import hmac
import re
from typing import Final, NoReturn

_MASK: Final = "***"
_SHOWN: Final = 80
_RANDOM: Final = 20
_SHORT: Final = 8

_PREFIXED: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?:sk|xai|pplx|nvapi)-[\w-]{4}"
    r"|(?:hf|sk|gsk|r8|fw|ghp|gho|github_pat)_[A-Za-z0-9]{16}"
    r"|(?:AKIA|ASIA)[A-Z0-9]{12}|AIza[\w-]{16}|eyJ[\w-]{8}|ya29\.|[Bb]earer\s)"
)
_PIECE: Final = re.compile(r"[A-Za-z0-9]+")


class Secret:
    """A text that shows itself as `***`. It compares, and it refuses to be pickled or copied."""

    __slots__ = ("_text",)

    _text: str

    def __init__(self, text: str) -> None:
        """Take the text to hide."""
        object.__setattr__(self, "_text", text)

    def reveal(self) -> str:
        """Return the text, for the one line that sends it."""
        return self._text

    @property
    def is_placeholder(self) -> bool:
        """Whether it is such a word as servers without keys are given: "EMPTY", "ollama", "sk-no-key".

        Answers may well hold such a word. A key has at least 20 letters, or 8 with a digit among them.
        """
        length, has_digit = len(self._text), any(map(str.isdigit, self._text))
        return length < _SHORT or (length < _RANDOM and not has_digit)

    def __repr__(self) -> str:
        """Return the mask."""
        return _MASK

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """Refuse: a secret is frozen."""
        raise AttributeError(f"a secret is frozen: {name}")

    def __eq__(self, other: object) -> bool:
        """Compare in a time that tells nothing."""
        if not isinstance(other, Secret):
            return NotImplemented
        mine, theirs = (text.encode(errors="surrogatepass") for text in (self._text, other._text))
        return hmac.compare_digest(mine, theirs)

    def __hash__(self) -> int:
        """Return a hash that goes with equality."""
        return hash(self._text)

    def __reduce__(self) -> NoReturn:
        """Refuse: what is pickled reaches disks and other processes."""
        raise TypeError("a secret is neither pickled nor copied")


def holds_key(text: str) -> bool:
    """Whether something in a text begins as a vendor's keys do."""
    return _PREFIXED.search(text) is not None


def looks_like_key(text: str) -> bool:
    """Whether a text holds what may be an API key: a vendor's prefix, or long random letters.

    A guess, made to keep keys out of messages and to find one where a variable's name belongs.
    """
    return holds_key(text) or any(
        len(piece) >= 32 or (len(piece) >= 20 and sum(map(str.isdigit, piece)) >= 2)
        for piece in _PIECE.findall(text)
    )


def shown(text: str, limit: int = _SHOWN) -> str:
    """Return a user's text for a message: on one line, cut at `limit`, masked if it may be a key."""
    if looks_like_key(text):
        return _MASK
    line = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
    return line if len(line) <= limit else line[: limit - 1] + "…"
