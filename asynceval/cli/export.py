"""`asynceval export`: a run as files that FastChat's tools read."""

from pathlib import Path

import click

from asynceval.cli import options


@click.command()
@click.argument("layout", type=click.Choice(["fastchat"]))
@options.run
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
def export(layout: str, run: Path, folder: Path) -> None:
    """Write RUN into DIR in FastChat's layout: questions, answers, references and judgments.

    DIR must be new or empty. What was imported comes back as it was; what FastChat's files have no
    place for is told and counted.

    \b
    Example:
      asynceval export fastchat runs/mt-bench data/mt_bench
    """  # noqa: D301 - \b is click's mark for a block to leave as it is
    from asynceval.bridge.outlet import write_out
    from asynceval.cli.exits import say, told
    from asynceval.domain.text import counted

    del layout
    with told():
        rows, notes = write_out(run, folder)
        for file, n in rows.items():
            click.echo(f"{folder / file}: {counted(n, 'row')}")
        for note, n in notes.items():
            say(f"note: {note}" + (f" ({n})" if n > 1 else ""))
