r"""Brackets: where a verdict is written, `[[8]]`, and the lenient forms of it.

A lenient form is a flag: escaped `\[\[8\]\]`, full_width `【【8】】`.
"""

import re
from collections.abc import Iterator

_BRACKETED = re.compile(
    r"([\[\\【［][\[\\【［]{1,3}+)"  # any run of opening signs; `_BRACKETS` knows the valid ones
    r"([^\[\]\\【】［］\n]{1,24}+)"
    r"([\]\\】］]{2,4}+)"
)
_BRACKETS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("[[", "]]", ()),
    (r"\[\[", r"\]\]", ("escaped",)),
    ("【【", "】】", ("full_width",)),
    ("［［", "］］", ("full_width",)),
)
_DECORATION = r"[\s*_\"'`:：=-]{0,8}+"
_RATING = re.compile(rf"(?<![A-Za-z])rating{_DECORATION}\Z", re.IGNORECASE)
_VERDICT = re.compile(rf"(?<![A-Za-z])verdict{_DECORATION}\Z", re.IGNORECASE)
_LABEL_REACH = 16  # a word and its decoration are no longer than this


def bracketed(text: str) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Yield where each `[[...]]` or lenient form of it starts, what it holds, and its flags."""
    for found in _BRACKETED.finditer(text):
        for opening, closing, flags in _BRACKETS:
            if found[1].endswith(opening) and found[3].startswith(closing):
                yield found.end(1) - len(opening), found[2], flags
                break


def follows_rating(text: str, start: int) -> bool:
    """Whether the word "rating" stands right before a place."""
    return _RATING.search(text, max(0, start - _LABEL_REACH), start) is not None


def follows_verdict(text: str, start: int) -> bool:
    """Whether the word "verdict" stands right before a place."""
    return _VERDICT.search(text, max(0, start - _LABEL_REACH), start) is not None
