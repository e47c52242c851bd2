"""`asynceval import`: FastChat's files into a run directory."""

from pathlib import Path

import click


@click.command("import")
@click.argument("layout", type=click.Choice(["fastchat"]))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--run-dir",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="RUN",
    help="The run directory to import into: a new one, or one that is there.",
)
def import_(layout: str, folder: Path, run_dir: Path) -> None:
    """Import DIR, a benchmark's folder in FastChat's layout, into a run directory.

    Any of question.jsonl, model_answer/, reference_answer/ and model_judgment/ will do. Nothing is
    sent. What is odd in a row is told with its file and line; nothing is dropped in silence. Then
    report, run and resume work as for any run, and judging the answers pays for judgments only.

    \b
    Examples:
      asynceval import fastchat data/mt_bench --run-dir runs/old
      asynceval report runs/old
      asynceval run --run-dir runs/old --judge gpt-4o \\
          --judge-base-url https://api.openai.com/v1 \\
          --judge-key-env OPENAI_API_KEY
    """  # noqa: D301 - \b is click's mark for a block to leave as it is
    from asynceval.bridge.intake import take_in
    from asynceval.cli.exits import say, told

    del layout
    with told():
        account = take_in(folder, run_dir)
        for what, n in account.taken.items():
            click.echo(f"{n} {what}")
        for oddity in account.oddities():
            for line in oddity.lines():
                say(line)
        click.echo(f"imported into {run_dir}")
