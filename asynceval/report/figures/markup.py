"""Markup: elements of HTML and SVG. Whatever is no markup yet is text, and stays text."""

import re
from html import escape

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_VOID = frozenset({"meta", "input", "br", "link"})


class Markup(str):
    """Text that is markup already: only `tag`, `joined` and our own assets make it."""

    __slots__ = ()


Child = Markup | str | int | None
"""What may stand in an element: None is nothing, a plain string is escaped."""


def text(value: str) -> Markup:
    """Return a text as markup. Characters that XML has no place for are shown as U+FFFD."""
    return Markup(escape(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", value)))


def tag(name: str, *children: Child, **attributes: str | float | bool | None) -> Markup:
    """Return an element with its attributes and children.

    An underscore in the name of an attribute stands for a hyphen, and one at its end for nothing, as in
    `class_`. True is an attribute without a value; None and False leave it out.
    """
    given = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{_value(value)}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in _VOID:
        return Markup(f"<{name}{given}>")
    return Markup(f"<{name}{given}>{joined(*children)}</{name}>")


def joined(*children: Child) -> Markup:
    """Return several children as one piece of markup."""
    return Markup("".join(_child(child) for child in children))


def _child(child: Child) -> str:
    if child is None:
        return ""
    return child if isinstance(child, Markup) else text(str(child))


def _value(value: str | float) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return text(str(value))
