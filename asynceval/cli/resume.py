"""`asynceval resume`: continue a run from its own directory."""

import sys
from dataclasses import replace
from pathlib import Path

import click

from asynceval.cli import options


@click.command()
@options.run_or_latest
@click.option(
    "--budget",
    type=float,
    metavar="USD",
    help="US dollars to spend at most, in all runs of the run directory together.",
)
@click.option(
    "--run-programs",
    is_flag=True,
    help="Start the servers and programs that the run directory names.",
)
@options.html
def resume(
    run: Path | None, *, budget: float | None, run_programs: bool, html: Path | None
) -> None:
    """Continue RUN, a run directory. Default: the latest one in runs/.

    Makes the calls that are missing, with the questions, templates and limits of the last run. To
    change any of these, run the changed command with the same run directory instead. Only the budget
    can be raised here, so that a run that has reached it goes on.

    A directory whose run starts programs on this machine wants --run-programs, as it may be a
    stranger's.

    \b
    Examples:
      asynceval resume runs/quickstart
      asynceval resume runs/quickstart --budget 20
    """  # noqa: D301 - \b is click's mark for a block to leave as it is
    from asynceval.cli.exits import say, told
    from asynceval.cli.latest import chosen
    from asynceval.cli.prepare import Prepared, equip
    from asynceval.cli.start import start
    from asynceval.cli.trust import refuse
    from asynceval.config.flags import with_budget
    from asynceval.config.prices import priced
    from asynceval.store.request import read

    with told():
        folder = chosen(run)
        plan = read(folder)
        if not run_programs:
            refuse(folder, plan.sweep)
        if budget is not None:
            plan = replace(plan, sweep=priced(with_budget(plan.sweep, budget)))
        prepared = equip(Prepared(plan.sweep, plan))
        for warning in prepared.warnings:
            say(f"warning: {warning}")
        sys.exit(start(prepared.whole(), folder, prepared.keys, html=html))
