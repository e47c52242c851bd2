"""The sweep that was asked of a run directory before."""

from pathlib import Path

from asynceval.domain.sweep import Sweep
from asynceval.store.request import read


def earlier(folder: Path) -> Sweep | None:
    """Return it, None if there was none yet. StorageError if it cannot be read."""
    return read(folder).sweep if (folder / "sweep.json").exists() else None
