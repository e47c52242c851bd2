"""The options that commands share: all of them that say what is asked, as one `Flags`."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from asynceval.cli.parallel import ParallelType

Command = Callable[..., None]

_OPTIONS = (
    click.argument("config", required=False, type=click.Path(path_type=Path)),
    click.option(
        "--model",
        "models",
        multiple=True,
        metavar="M",
        help="A model under test; repeatable. With CONFIG, or a run that is there: which of its models.",
    ),
    click.option(
        "--judge",
        "judges",
        multiple=True,
        metavar="J",
        help="A judge; repeatable. With CONFIG: which of its judges.",
    ),
    click.option(
        "--base-url", metavar="URL", help="Where the models are served, with or without /v1."
    ),
    click.option(
        "--judge-base-url", metavar="URL", help="Where the judges are served. Default: --base-url."
    ),
    click.option(
        "--key-env", metavar="VAR", help="The NAME of the variable that holds the models' API key."
    ),
    click.option(
        "--judge-key-env",
        metavar="VAR",
        help="The NAME of the variable that holds the judges' API key.",
    ),
    click.option(
        "--budget",
        type=float,
        metavar="USD",
        help="US dollars to spend at most, in all runs of the run directory together.",
    ),
    click.option(
        "--questions",
        metavar="FILE",
        help="Questions in FastChat's layout, or the name of a set that ships. Default: duet.",
    ),
    click.option(
        "--category",
        "categories",
        multiple=True,
        metavar="C",
        help="Only questions of this category; repeatable.",
    ),
    click.option(
        "--limit", type=click.IntRange(min=1), metavar="N", help="Only the first N questions."
    ),
    click.option(
        "--skip-bad",
        is_flag=True,
        help="Leave out the lines of question and reference files that are wrong, with a warning.",
    ),
    click.option(
        "--run-dir",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="Where the run is kept. Default: runs/<name>.",
    ),
)

parallel = click.option(
    "--parallel",
    type=ParallelType(),
    metavar="N|auto",
    help="Calls in flight at each endpoint; auto finds what it can take. Default: 50.",
)


run = click.argument("run", type=click.Path(path_type=Path, file_okay=False))
run_or_latest = click.argument(
    "run", required=False, type=click.Path(path_type=Path, file_okay=False)
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")


def also_file(flag: str, help_: str) -> Callable[[Command], Command]:
    """Return an option that names a file to be written besides."""
    kind = click.Path(path_type=Path, dir_okay=False)
    return click.option(flag, type=kind, metavar="FILE", help=help_)


def also_folder(flag: str, help_: str) -> Callable[[Command], Command]:
    """Return an option that names a folder for files to be written besides."""
    kind = click.Path(path_type=Path, file_okay=False)
    return click.option(flag, type=kind, metavar="DIR", help=help_)


html = also_file("--html", "Also write the report as one HTML page, with every conversation.")


def asked(command: Command) -> Command:
    """Give a command CONFIG, `run_dir`, and the flags that say what is asked as its `flags`."""

    @wraps(command)
    def gathered(**given: Any) -> None:
        # Imported here, since it takes longer than all that --help needs.
        from dataclasses import fields

        from asynceval.config.flags import Flags

        names = {field.name for field in fields(Flags)} & given.keys()
        flags = Flags(**{name: given.pop(name) for name in names})
        command(flags=flags, **given)

    for option in reversed(_OPTIONS):
        gathered = option(gathered)
    return gathered
