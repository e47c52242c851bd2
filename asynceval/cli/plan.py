"""`asynceval plan`: what a sweep would take, before it takes it."""

from pathlib import Path

import click


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option(
    "--model", "models", multiple=True, metavar="M", help="Only this model of CONFIG; repeatable."
)
@click.option(
    "--judge", "judges", multiple=True, metavar="J", help="Only this judge of CONFIG; repeatable."
)
@click.option(
    "--category",
    "categories",
    multiple=True,
    metavar="C",
    help="Only questions of this category; repeatable.",
)
@click.option(
    "--limit", type=click.IntRange(min=1), metavar="N", help="Only the first N questions."
)
@click.option(
    "--run-dir",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where the run is kept. Default: runs/<name>.",
)
@click.option(
    "--parallel",
    type=click.IntRange(min=1),
    metavar="N",
    help="What if: also show the time with N calls in flight at each endpoint.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON instead of a table.")
def plan(
    config: Path,
    *,
    models: tuple[str, ...],
    judges: tuple[str, ...],
    categories: tuple[str, ...],
    limit: int | None,
    run_dir: Path | None,
    parallel: int | None,
    as_json: bool,
) -> None:
    """Show what a run of CONFIG would take: calls, tokens, cost and time.

    Nothing is sent or changed, and no key is needed. What the run directory holds already is not
    counted again, and its replies make the estimate better.

    \b
    Examples:
      asynceval plan configs/quickstart.toml
      asynceval plan configs/quickstart.toml --parallel 200

    Exit code: 0, or 2 if the config is wrong.
    """  # noqa: D301 - \b is click's mark for a block to leave as it is
    import orjson

    from asynceval.cli import outlook as terminal
    from asynceval.cli.earlier import earlier, place
    from asynceval.cli.exits import say, told
    from asynceval.cli.prepare import draft
    from asynceval.cli.tables import Results
    from asynceval.config.flags import Flags, resolve
    from asynceval.report.outlook import document, outlook
    from asynceval.store.store import Store

    flags = Flags(models=models, judges=judges, categories=categories, limit=limit)
    with told():
        request = resolve(config, flags)
        folder = place(request.sweep, run_dir)
        before = earlier(folder)
        drafted = draft(request, before)
        for warning in drafted.warnings:
            say(f"warning: {warning}")
        what = drafted.whole()
        if before is None:
            found = outlook(what, None, parallel)
        else:
            with Store(folder, write=False) as store:
                found = outlook(what, store, parallel)
        if as_json:
            click.echo(orjson.dumps(document(found), option=orjson.OPT_INDENT_2))
        else:
            terminal.show(Results(), found)
