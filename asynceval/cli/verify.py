"""`asynceval verify`: the integrity of a run's log."""

import sys
from contextlib import closing
from pathlib import Path

import click

from asynceval.cli import options


@click.command()
@options.run
@click.option(
    "--repair",
    is_flag=True,
    help="Keep every intact record; what is damaged is set aside beside the log.",
)
def verify(run: Path, *, repair: bool) -> None:
    """Check every record in the log and in the ledger of RUN against its checksum.

    Exit code: 0 if every record is intact (or was made so), 4 if the log is damaged.

    \b
    Example:
      asynceval verify runs/quickstart
    """  # noqa: D301 - \b is click's mark for a block to leave as it is
    from asynceval.cli.exits import STORAGE, say, told
    from asynceval.domain.errors import StorageError
    from asynceval.domain.text import counted
    from asynceval.store.lock import locked
    from asynceval.store.log import NAMES, Damage, Log
    from asynceval.store.repair import repair as mend

    with told():
        damages = []
        for name in NAMES:
            with closing(Log(run, name, write=False)) as log:
                items = list(log.scan())
                found = [item for item in items if isinstance(item, Damage)]
                damages += found
                if name == "calls":
                    if not log.files:
                        raise StorageError(f"{run} holds no log (calls-*.jsonl)")
                    intact = len(items) - len(found)
                    records = counted(intact, "record is", "records are")
                    click.echo(f"{records} intact in {counted(len(log.files), 'file')}")
        for damage in damages:
            say(f"damaged: {damage}" + (" (a torn last line)" if damage.is_tail else ""))
        if damages and not repair:
            say(f"to keep the rest: asynceval verify {run} --repair")
            sys.exit(STORAGE)
        if damages:
            with locked(run):
                for path in mend(run):
                    say(f"set aside what was damaged in {path}")
