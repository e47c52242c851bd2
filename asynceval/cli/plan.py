"""`asynceval plan`: what a sweep would take, before it takes it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from asynceval.cli import options
from asynceval.cli.parallel import ParallelType
from asynceval.domain.sweep import Parallel

if TYPE_CHECKING:
    from asynceval.config.flags import Flags


@click.command()
@options.asked
@click.option(
    "--parallel",
    "what_if",
    type=ParallelType(),
    metavar="N|auto",
    help="What if: also show the time with N calls in flight at each endpoint.",
)
@options.as_json
def plan(
    config: Path | None,
    *,
    flags: "Flags",
    run_dir: Path | None,
    what_if: Parallel | None,
    as_json: bool,
) -> None:
    """Show what a run would take: calls, tokens, cost and time. The flags are those of `run`.

    Nothing is sent or changed, and no key is needed, unless a server is to list its models. What the
    run directory holds already is not counted again, and its replies make the estimate better.

    \b
    Examples:
      asynceval plan configs/quickstart.toml
      asynceval plan configs/quickstart.toml --parallel 200

    Exit code: 0, or 2 if the config is wrong.
    """  # noqa: D301 - \b is click's mark for a block to leave as it is
    import orjson

    from asynceval.cli import outlook as terminal
    from asynceval.cli.earlier import earlier
    from asynceval.cli.exits import say, told
    from asynceval.cli.prepare import drafted
    from asynceval.cli.tables import Results
    from asynceval.config.prices import unpriced
    from asynceval.report.outlook import document, outlook
    from asynceval.store.request import sealed
    from asynceval.store.store import Store

    with told():
        folder, draft = drafted(config, flags, run_dir)
        for warning in draft.warnings:
            say(f"warning: {warning}")
        what = sealed(folder, draft.whole())
        for problem in unpriced(draft.sweep):
            say(f"warning: a run will be refused: {problem}")
        if earlier(folder) is None:
            found = outlook(what, None, what_if)
        else:
            with Store(folder, write=False) as store:
                found = outlook(what, store, what_if)
        if as_json:
            click.echo(orjson.dumps(document(found), option=orjson.OPT_INDENT_2))
        else:
            terminal.show(Results(), found)
