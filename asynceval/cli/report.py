"""`asynceval report`: the results of a run."""

from pathlib import Path
from typing import Literal

import click

from asynceval.cli import options
from asynceval.prompts.template import TemplateMode


@click.command()
@options.run_or_latest
@options.as_json
@click.option(
    "--mode",
    type=click.Choice(("single", "pairwise")),
    help="Report of judges that grade, or of those that compare, only.",
)
@options.also_folder("--csv", "Also write every table as a CSV file into DIR.")
@options.also_folder(
    "--parquet", "Also write every table as a parquet file into DIR. Needs asynceval[parquet]."
)
@options.also_file("--markdown", "Also write the leaderboards as Markdown tables.")
@options.also_file("--latex", "Also write the leaderboards as LaTeX tables (booktabs).")
@click.option(
    "--speed",
    is_flag=True,
    help="Also show how long the calls of each model took and what they waited for; with --json under "
    "the keys timing and waiting.",
)
@options.html
@options.also_folder("--figures", "Also write the page's figures into DIR.")
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
    run: Path | None,
    *,
    as_json: bool,
    mode: TemplateMode | None,
    csv: Path | None,
    parquet: Path | None,
    markdown: Path | None,
    latex: Path | None,
    speed: bool,
    html: Path | None,
    figures: Path | None,
    formats: tuple[Literal["svg", "png", "pdf"], ...],
) -> None:
    """Show the results of RUN, a run directory, as far as it has come. Default: the latest one in runs/.

    Scores are read anew from the judges' words each time; nothing is sent, nothing is changed.

    \b
    Examples:
      asynceval report runs/quickstart
      asynceval report runs/quickstart --json > report.json
      asynceval report runs/quickstart --csv tables/
      asynceval report runs/quickstart --html report.html --figures figures/
    """  # noqa: D301 - \b is click's mark for a block to leave as it is
    import orjson

    from asynceval.cli import garbage
    from asynceval.cli.exits import told
    from asynceval.cli.exports import write_papers, write_sheets
    from asynceval.cli.latest import chosen
    from asynceval.cli.page import write_figures, write_page
    from asynceval.cli.tables import Results, show
    from asynceval.cli.timing_table import show_timings
    from asynceval.report.clocked import clocked
    from asynceval.report.document import document
    from asynceval.report.reading import reading
    from asynceval.report.summary import of_mode, summarise
    from asynceval.report.tables import sheets

    garbage.rest()
    with told():
        run = chosen(run)
        with reading(run) as opened:
            plan, store = opened.plan, opened.store
            needs_all = csv or parquet or html
            found = list(opened.outcomes()) if needs_all else opened.outcomes()
            summary = summarise(plan, found)
            if mode is not None:
                plan, summary = of_mode(plan, summary, mode)
            judges = {None, *(judge.name for judge in plan.sweep.judges)}
            outcomes = [its for its in found if its.cell.judge in judges] if needs_all else []
            lost = {} if as_json else store.lost()
            timed = clocked(plan, store, run) if speed else None
            write_sheets(
                sheets(plan, summary, lambda: outcomes, lambda: timed or clocked(plan, store, run)),
                csv,
                parquet,
            )
            write_papers(plan, summary, markdown, latex)
            if html is not None:
                write_page(html, run, plan, summary, outcomes, store)
            if figures is not None:
                write_figures(figures, plan, summary, formats)
        if as_json:
            content = document(plan, summary)
            if timed is not None:
                content |= timed.document()
            click.echo(orjson.dumps(content, option=orjson.OPT_INDENT_2))
        else:
            show(Results(), plan, summary, lost)
            if timed is not None:
                show_timings(Results(), timed)
