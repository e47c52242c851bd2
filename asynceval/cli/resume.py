"""`asynceval resume`: continue a run from its own directory."""

import os
import sys
from pathlib import Path

import click


@click.command()
@click.argument("run", required=False, type=click.Path(path_type=Path, file_okay=False))
def resume(run: Path | None) -> None:
    """Continue RUN, a run directory. Default: the latest one in runs/.

    Makes the calls that are missing, with the questions, templates and limits of the last run. To
    change any of these, run the changed command with the same run directory instead.

    \b
    Example:
      asynceval resume runs/quickstart
    """  # noqa: D301 - \b is click's mark for a block to leave as it is
    from asynceval.cli.exits import say, told
    from asynceval.cli.start import start
    from asynceval.config.keys import exposed, read_keys
    from asynceval.domain.errors import ConfigError
    from asynceval.store.request import read

    with told():
        folder = run or _latest(Path("runs"))
        if folder is None:
            raise ConfigError("there is no run in runs/ to resume; name a run directory")
        plan = read(folder)
        for warning in exposed(plan.sweep.endpoints):
            say(f"warning: {warning}")
        sys.exit(start(plan, folder, read_keys(plan.sweep.endpoints, os.environ)))


def _latest(runs: Path) -> Path | None:
    locks = sorted(runs.glob("*/lock"), key=lambda path: path.stat().st_mtime)
    return locks[-1].parent if locks else None
