"""The question sets that ship with asynceval."""

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).parents[1]

QUESTIONS: Final = "question.jsonl"
"""The file that makes a folder a question set."""


def names(root: Path | None = None) -> tuple[str, ...]:
    """Return the names of the sets, sorted."""
    folder = _home() if root is None else root
    return tuple(sorted(file.parent.name for file in folder.glob(f"*/{QUESTIONS}")))


def find(name: str, root: Path | None = None) -> Path | None:
    """Return the folder of the set of this name, None if none ships.

    The name is looked up among the sets there are, so it never becomes a path by itself.
    """
    folder = _home() if root is None else root
    return folder / name if name in names(folder) else None


def _home() -> Path:
    """Return `asynceval/data` as a wheel installs it, or else `data` beside it in a checkout."""
    installed = _PACKAGE / "data"
    return installed if installed.is_dir() else _PACKAGE.parent / "data"
