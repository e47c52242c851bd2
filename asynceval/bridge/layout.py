"""The layout of a benchmark's folder in FastChat, and which name a file's name stands for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

QUESTIONS: Final = "question.jsonl"
ANSWERS: Final = "model_answer"
REFERENCES: Final = "reference_answer"
JUDGMENTS: Final = "model_judgment"

Kind = Literal["single", "pair"]
"""What a file of judgments holds, as the end of its name says."""


def files(folder: Path) -> Iterator[Path]:
    """Yield the JSONL files below a folder, sorted; none if there is no such folder."""
    yield from sorted(path for path in folder.rglob("*.jsonl") if path.is_file())


def name_of(path: Path, folder: Path) -> str:
    """Return the name that a file stands for.

    A name with a slash, such as that of a model on a hub, lies in a sub-folder.
    """
    return path.relative_to(folder).with_suffix("").as_posix()


def kind_of(name: str) -> Kind | None:
    """Return what the judgments of a file with this name are, None if they are neither."""
    if name.endswith("_single"):
        return "single"
    return "pair" if name.endswith("_pair") else None
