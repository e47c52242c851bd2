"""The run directory of a sweep, and the plan that was made of it before."""

from pathlib import Path

from asynceval.domain.sweep import Sweep
from asynceval.protocol.conversation import Plan
from asynceval.store.names import slug
from asynceval.store.request import read


def place(sweep: Sweep, chosen: Path | None = None) -> Path:
    """Return where a sweep is kept: the folder that was chosen, else one by its name."""
    return chosen or Path("runs") / slug(sweep.name)


def earlier(folder: Path) -> Plan | None:
    """Return the plan of a run directory, None if there was none yet. StorageError if unreadable."""
    return read(folder) if (folder / "sweep.json").exists() else None
