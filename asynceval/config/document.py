"""A document: the TOML of a config file, read once, and the place of every key in it."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from asynceval.config.lines import KeyPath, index, line_of
from asynceval.domain.errors import ConfigError, Problem
from asynceval.domain.secret import looks_like_key

SIZE_LIMIT: Final = 2**20
"""Bytes in a config file."""

Fault = tuple[KeyPath, str]
"""What is wrong with a key, and where that key is."""

_POSITION: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN: Final = {
    "Invalid value": 'no TOML value; a text needs quotes, as in "yes"',
    "Cannot overwrite a value": "a key is set here for the second time",
    "Cannot declare": "a table is declared here for the second time",
    "Duplicate inline table key": "a key is set here for the second time",
    "Illegal character '\\n'": "a text has no closing quote",
    "Illegal character": "a character that a text may not hold",
    "Found invalid character": "a character that a text may not hold",
}


@dataclass(frozen=True, slots=True)
class Document:
    """The parsed TOML of `path`."""

    path: Path
    table: Mapping[str, object]
    lines: Mapping[KeyPath, int]

    def error(self, faults: Iterable[Fault]) -> ConfigError:
        """Return these faults as problems with file, line and key, in the order of the file."""
        problems = [
            Problem(message, str(self.path), line_of(self.lines, path), _dotted(path))
            for path, message in faults
        ]
        return ConfigError(*sorted(problems, key=lambda problem: problem.line or 0))


def read(path: Path) -> Document:
    """Read a config file. Raises ConfigError if it is no TOML; a byte order mark is fine."""
    try:
        with path.open("rb") as file:
            raw = file.read(SIZE_LIMIT + 1)
    except FileNotFoundError:
        raise _failure(path, f"no such file; looked for {path.absolute()}") from None
    except (OSError, ValueError) as error:
        raise _failure(path, f"cannot be read: {error}") from None
    if len(raw) > SIZE_LIMIT:
        raise _failure(path, f"larger than {SIZE_LIMIT // 2**20} MB: this is no config")
    text = _decoded(raw, path)
    return Document(path, _parsed(text, path), index(text))


def _decoded(raw: bytes, path: Path) -> str:
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        message = f"not UTF-8 (byte {error.start + 1} of the file); save it as UTF-8"
        raise _failure(path, message, line) from None


def _parsed(text: str, path: Path) -> Mapping[str, object]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise _failure(path, "nested too deeply") from None
    except ValueError as error:
        message, line = _explained(str(error), text)
        raise _failure(path, message, line) from None


def _explained(message: str, text: str) -> tuple[str, int | None]:
    """Return tomllib's message for people, without its text of the file, and its line."""
    position = _POSITION.search(message)
    if position is None:
        return "a number that is too long", None
    what = message[: position.start()]
    plain = next((said for start, said in _PLAIN.items() if what.startswith(start)), what)
    if position[1] is None:
        return f"{plain} (at the end of the file)", text.rstrip("\n").count("\n") + 1
    return f"column {position[2]}: {plain}", int(position[1])


def _failure(path: Path, message: str, line: int | None = None) -> ConfigError:
    return ConfigError(Problem(message, str(path), line))


def _dotted(path: KeyPath) -> str | None:
    """Return a key path as in `models[0].endpoint`. A key that may be a secret is masked."""
    dotted = ""
    for part in path:
        if isinstance(part, int):
            dotted += f"[{part}]"
        else:
            dotted += "." * bool(dotted) + _bare(part)
    return dotted or None


def _bare(part: str) -> str:
    if looks_like_key(part):
        return "***"
    return part if _KEY.fullmatch(part) else repr(part[:80])
