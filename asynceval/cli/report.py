"""`asynceval report`: the results of a run."""

from pathlib import Path
from typing import Literal

import click

from asynceval.cli import options
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
@options.html
@click.option(
    "--figures",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Also write the page's figures into DIR.",
)
@click.option(
    "--figure-format",
    "formats",
    type=click.Choice(("svg", "png", "pdf")),
    multiple=True,
    default=("svg",),
    show_default=True,
    help="Of --figures; repeatable. PNG and PDF need asynceval[figures].",
)
def report(
    run: Path,
    *,
    as_json: bool,
    mode: TemplateMode | None,
    csv_folder: Path | None,
    html: Path | None,
    figures: Path | None,
    formats: tuple[Literal["svg", "png", "pdf"], ...],
) -> None:
    """Show the results of RUN, a run directory, as far as it has come.

    Scores are read anew from the judges' words each time; nothing is sent, nothing is changed.

    \b
    Examples:
      asynceval report runs/quickstart
      asynceval report runs/quickstart --json > report.json
      asynceval report runs/quickstart --csv tables/
      asynceval report runs/quickstart --html report.html --figures figures/
    """  # noqa: D301 - \b is click's mark for a block to leave as it is
    import orjson

    from asynceval.cli.exits import say, told
    from asynceval.cli.page import write_figures, write_page
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
            if html is not None:
                write_page(html, run, plan, summary, store)
            if figures is not None:
                write_figures(figures, plan, summary, formats)
        if as_json:
            click.echo(orjson.dumps(document(plan, summary), option=orjson.OPT_INDENT_2))
        else:
            show(Results(), plan, summary, lost, mode)
