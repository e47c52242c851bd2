"""The run directory that a command is about: the one that is named, else the latest."""

from pathlib import Path

from asynceval.cli.exits import say
from asynceval.domain.errors import ConfigError


def chosen(run: Path | None) -> Path:
    """Return the run directory that is named, else the one in runs/ that was run last, and say which.

    ConfigError if there is none.
    """
    if run is not None:
        return run
    runs = [path.parent for path in Path("runs").glob("*/sweep.json")]
    if not runs:
        raise ConfigError("there is no run in runs/; name a run directory")
    folder = max(runs, key=_touched)
    say(f"the latest run: {folder}")
    return folder


def _touched(folder: Path) -> float:
    return max(path.stat().st_mtime for path in folder.iterdir())
