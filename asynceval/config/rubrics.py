"""Rubrics: what is wrong with them as a whole, and the files that hold their texts."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from asynceval.config.document import Fault
from asynceval.config.fields import path_fault
from asynceval.config.places import locate

_Tables = list[tuple[int, Mapping[str, object]]]


def faults(document: Mapping[str, object]) -> Iterator[Fault]:
    """Yield what rubrics lack, and where they contradict each other or the rule of verdicts."""
    tables = _tables(document)
    taken: dict[object, int] = {}
    for at, table in tables:
        path = ("rubrics", at)
        for one, other, lack in (
            ("scale", "labels", 'scale = [1, 5], or labels = ["fail", "pass"]'),
            ("text", "file", 'text = "...", or file = "rubric.txt"'),
        ):
            if one not in table and other not in table:
                yield path, f"has no {one}: give {lack}"
            elif one in table and other in table:
                yield (*path, other), f"contradicts {one}: give one of them"
        categories = table.get("categories")
        for category in categories if isinstance(categories, list) else [None]:
            first = taken.setdefault(str(category), at)
            if first != at:
                whose = (
                    "categories without a rubric" if category is None else f"category {category}"
                )
                yield path, f"is for {whose}, as rubrics[{first}] is"
    if tables and document.get("compat") == "fastchat":
        yield ("compat",), "is FastChat's, which knows no rubrics and no scale but 1 to 10"


def texts(
    document: Mapping[str, object], beside: Path
) -> tuple[Mapping[int, str], tuple[Fault, ...]]:
    """Return the text of each rubric that names a file, by place, and what is wrong with the files.

    A relative path is looked for like every other. What has a wrong type is left to the schema.
    """
    found: dict[int, str] = {}
    wrong: list[Fault] = []
    for at, table in _tables(document):
        name = table.get("file")
        if not isinstance(name, str) or path_fault(name) is not None:
            continue
        try:
            found[at] = _read(locate(name, beside))
        except LookupError as error:
            wrong.append((("rubrics", at, "file"), str(error)))
    return found, tuple(wrong)


def _read(path: Path) -> str:
    """Return the text of a file; LookupError unless it is UTF-8 and holds something."""
    try:
        text = path.read_text(encoding="utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise LookupError(f"{path} is not UTF-8 at byte {error.start + 1}") from None
    except OSError as error:
        raise LookupError(f"{path} cannot be read: {error.strerror}") from None
    if not text:
        raise LookupError(f"{path} is empty")
    return text


def _tables(document: Mapping[str, object]) -> _Tables:
    rubrics = document.get("rubrics")
    listed = enumerate(rubrics) if isinstance(rubrics, list) else ()
    return [(at, table) for at, table in listed if isinstance(table, dict)]
