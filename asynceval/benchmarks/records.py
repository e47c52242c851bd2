"""Records: a JSONL file read object by object, and everything wrong with it told at once."""

from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

import orjson

from asynceval.domain.errors import ConfigError, Problem

LINE_LIMIT = 16 * 2**20
"""Bytes in a line. A longer one is refused, and never held in memory as a whole."""

SHOWN = 20
"""Problems shown. The rest is counted."""

Record = dict[str, object]

_BOM = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Problems:
    """What is wrong with some files: the first problems as they are, the rest as a number."""

    def __init__(self) -> None:
        """Start with nothing wrong."""
        self._shown: list[Problem] = []
        self._more = 0

    def __bool__(self) -> bool:
        """Whether anything is wrong."""
        return bool(self._shown)

    def add(self, path: Path, line: int | None, key: str | None, message: str) -> None:
        """Note one thing that is wrong."""
        if len(self._shown) < SHOWN:
            self._shown.append(Problem(message, str(path), line, key))
        else:
            self._more += 1

    def told(self) -> tuple[Problem, ...]:
        """Return the first of them, and how many more there are."""
        more = (Problem(f"and {self._more} more problems"),) if self._more else ()
        return (*self._shown, *more)

    def raise_if_any(self) -> None:
        """Raise a ConfigError that holds them all, if there are any."""
        if self._shown:
            raise ConfigError(*self.told())


def read(path: Path, problems: Problems, bad: Problems) -> Iterator[tuple[int, Record]]:
    r"""Yield each object of a JSONL file with its line, counted from 1. Blank lines are skipped.

    A byte order mark, CRLF and a last line without an end are fine. Lines end at b"\n" alone:
    U+2028 and its like are text. What is wrong with the file as a whole is added to `problems`; a
    line that holds no object is added to `bad` and left out.
    """
    if not path.is_file():
        problems.add(path, None, None, _absence(path))
        return
    try:
        with path.open("rb") as file:
            yield from _objects(file, path, problems, bad)
    except OSError as error:
        problems.add(path, None, None, f"cannot be read: {error.strerror}")


def _absence(path: Path) -> str:
    if path.is_dir():
        return "is a folder, where a .jsonl file is needed"
    if path.exists():
        return "is not a regular file"
    return f"no such file; looked for {path.absolute()}"


def _objects(
    file: BufferedReader, path: Path, problems: Problems, bad: Problems
) -> Iterator[tuple[int, Record]]:
    number = 0
    while raw := file.readline(LINE_LIMIT + 1):
        number += 1
        if len(raw) > LINE_LIMIT and not raw.endswith(b"\n"):
            bad.add(path, number, None, f"longer than {LINE_LIMIT // 2**20} MB: refused")
            _skip_line(file)
            continue
        skipped = 0
        if number == 1:
            if _is_utf_16(raw):
                told = "line 1, byte 1: this is UTF-16; save the file as UTF-8"
                problems.add(path, None, None, told)
                return
            skipped = len(_BOM) if raw.startswith(_BOM) else 0
        record = _parsed(raw, skipped, path, number, bad)
        if record is not None:
            yield number, record


def _skip_line(file: BufferedReader) -> None:
    while (rest := file.readline(2**16)) and not rest.endswith(b"\n"):
        pass


def _is_utf_16(raw: bytes) -> bool:
    """Whether a first line is UTF-16: by its mark, or by the zero byte beside its first letter."""
    return raw.startswith(_UTF_16) or raw[:2].count(0) == 1


def _parsed(raw: bytes, skipped: int, path: Path, number: int, bad: Problems) -> Record | None:
    try:
        text = raw[skipped:].decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        at = skipped + error.start
        bad.add(path, number, None, f"byte {at + 1} (0x{raw[at]:02x}) is not UTF-8")
        return None
    if not text.strip():
        return None
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        bad.add(path, number, None, f"column {error.pos + 1}: {_explained(error.msg)}")
        return None
    if not isinstance(value, dict):
        bad.add(path, number, None, 'must be one JSON object, {"question_id": ...}')
        return None
    return value


def _explained(message: str) -> str:
    if "surrogate" in message:
        return f"half of a \\u surrogate pair is no character ({message})"
    return f"not JSON: {message}"
