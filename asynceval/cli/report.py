"""`asynceval report`: the results of a run."""

from pathlib import Path

import click

from asynceval.prompts.template import TemplateMode


@click.command()
@click.argument("run", type=click.Path(path_type=Path, file_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON instead of tables.")
@click.option(
    "--mode",
    type=click.Choice(("single", "pairwise")),
    help="Show the tables of judges that grade, or of those that compare, only.",
)
@click.option(
    "--csv",
    "csv_folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Also write scores.csv and judgments.csv into DIR.",
)
def report(run: Path, *, as_json: bool, mode: TemplateMode | None, csv_folder: Path | None) -> None:
    """Show the results of RUN, a run directory, as far as it has come.

    Scores are read anew from the judges' words each time; nothing is sent, nothing is changed.

    \b
    Examples:
      asynceval report runs/quickstart
      asynceval report runs/quickstart --json > report.json
      asynceval report runs/quickstart --csv tables/
    """  # noqa: D301 - \b is click's mark for a block to leave as it is
    import orjson

    from asynceval.cli.exits import say, told
    from asynceval.cli.tables import Results, show
    from asynceval.domain.errors import StorageError
    from asynceval.report import sheets
    from asynceval.report.document import document
    from asynceval.report.outcomes import outcomes, read_causes
    from asynceval.report.summary import summarise
    from asynceval.store.request import read
    from asynceval.store.store import Store

    with told():
        plan = read(run)
        causes = read_causes(run)
        with Store(run, write=False) as store:
            summary = summarise(plan, outcomes(plan, store, causes))
            lost = {} if as_json else store.lost()
            if csv_folder is not None:
                try:
                    paths = sheets.write(csv_folder, summary, outcomes(plan, store, causes))
                except OSError as error:
                    raise StorageError(
                        f"{error.filename or csv_folder}: {error.strerror}"
                    ) from error
                for path in paths:
                    say(f"wrote {path}")
        if as_json:
            click.echo(orjson.dumps(document(plan, summary), option=orjson.OPT_INDENT_2))
        else:
            show(Results(), plan, summary, lost, mode)
