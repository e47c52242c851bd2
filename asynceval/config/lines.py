"""Lines: where in a TOML text a key stands, which tomllib does not tell.

The scanner knows TOML's tokens, tables, arrays and inline tables, and no more: it is asked about
texts that tomllib has already accepted. On any other text it returns something, and never raises.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

KeyPath = tuple[str | int, ...]
"""Keys and list indices from the top of the document, such as ("models", 0, "endpoint")."""

DEPTH: Final = 16
"""Keys in the longest path that is indexed. What lies deeper counts as the thing around it."""

_TOKEN: Final = re.compile(
    r'''
    (?P<text> """ (?:[^\\]|\\.)*? """ (?!") | \'\'\' .*? \'\'\' (?!\') | "(?:[^"\\\n]|\\.)*" | '[^'\n]*' )
    | (?P<skip> \#[^\n]* | [ \t\r]+ )
    | (?P<end> \n )
    | (?P<mark> [\[\]{}=,.] )
    | (?P<bare> [^\s\[\]{}=,.#"']+ )
    | (?P<other> . )
    ''',
    re.VERBOSE | re.DOTALL,
)


def index(text: str) -> dict[KeyPath, int]:
    """Return the line, counted from 1, on which each table, key and list element begins."""
    scanner = _Scanner()
    for kind, word, line in _tokens(text):
        scanner.take(kind, word, line)
    return scanner.lines


def line_of(lines: Mapping[KeyPath, int], path: KeyPath) -> int:
    """Return the line of a key, or of the nearest thing around it that has one."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    line = 1
    for match in _TOKEN.finditer(text):
        word = match.group()
        if match.lastgroup is not None and match.lastgroup != "skip":
            yield match.lastgroup, word, line
        line += word.count("\n")


@dataclass(slots=True)
class _Open:
    """An array or inline table that is not closed yet; `at` counts an array's elements."""

    path: KeyPath
    is_array: bool
    at: int = 0


@dataclass(slots=True)
class _Scanner:
    """What is known after some tokens: where the next key or value belongs."""

    lines: dict[KeyPath, int] = field(default_factory=lambda: {(): 1})
    _table: KeyPath = ()
    _lengths: dict[KeyPath, int] = field(default_factory=dict)
    _open: list[_Open] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _brackets: int = 0
    _begins: int = 1
    _value: KeyPath | None = None

    def take(self, kind: str, word: str, line: int) -> None:
        """Go on by one token."""
        if kind == "end":
            if not self._open:
                self._parts, self._brackets, self._value = [], 0, None
        elif self._value is None:
            self._take_key(kind, word, line)
        else:
            self._take_value(kind, word, line, self._value)

    def _take_key(self, kind: str, word: str, line: int) -> None:
        if kind in ("text", "bare"):
            if not self._parts:
                self._begins = line
            self._parts.append(_unquoted(word))
        elif word == "=":
            base = self._open[-1].path if self._open else self._table
            self._value = self._place(base, self._parts, self._begins)
            self._parts = []
        elif word == "[" and not self._open:
            self._brackets += 1
        elif word == "]" and self._brackets:
            self._declare(line)
        elif word == "}" and self._open:
            self._value = self._open.pop().path
            self._parts = []

    def _take_value(self, kind: str, word: str, line: int, here: KeyPath) -> None:
        inside = self._open[-1] if self._open else None
        if kind == "mark" and word in "]}" and inside is not None:
            self._value = self._open.pop().path
        elif word == "," and inside is not None:
            inside.at += 1
            self._value = _inner(inside.path, inside.at) if inside.is_array else None
        else:
            self.lines.setdefault(here, line)
            if kind == "mark" and word in "[{":
                self._open.append(_Open(here, word == "["))
                self._value = _inner(here, 0) if word == "[" else None

    def _declare(self, line: int) -> None:
        """End a header. `[[a.b]]` begins one more element of the list that a.b is."""
        path = self._place((), self._parts, line)
        if self._brackets > 1:
            count = self._lengths.get(path, 0)
            self._lengths[path] = count + 1
            path = (*path, count)
            self.lines.setdefault(path, line)
        elif path in self._lengths:
            path = (*path, self._lengths[path] - 1)
        self._table = path
        self._parts, self._brackets = [], 0

    def _place(self, base: KeyPath, parts: list[str], line: int) -> KeyPath:
        """Return the path of a dotted key; inside a list of tables it means the last of them."""
        path = base
        for part in parts:
            if path in self._lengths:
                path = (*path, self._lengths[path] - 1)
            path = _inner(path, part)
            self.lines.setdefault(path, line)
        return path


def _inner(path: KeyPath, part: str | int) -> KeyPath:
    return path if len(path) >= DEPTH else (*path, part)


def _unquoted(word: str) -> str:
    if word[0] not in "\"'":
        return word
    try:
        value = tomllib.loads(f"k = {word}")["k"]
    except ValueError:
        return word
    return value if isinstance(value, str) else word
