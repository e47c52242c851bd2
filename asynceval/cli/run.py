"""`asynceval run`: the whole sweep, streamed; running it again resumes."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from asynceval.cli import options
from asynceval.domain.sweep import Only

if TYPE_CHECKING:
    from asynceval.config.flags import Flags


@click.command()
@options.asked
@options.parallel
@click.option(
    "--only",
    type=click.Choice(["answers", "judgments"]),
    help="Only ask the models, or only judge the answers there are.",
)
@options.html
def run(
    config: Path | None,
    *,
    flags: "Flags",
    run_dir: Path | None,
    only: Only | None,
    html: Path | None,
) -> None:
    """Run a sweep: ask every model every question and have the answers judged.

    Everything that was paid for is kept in the run directory. Running the same command again makes
    only the calls that are missing. Ctrl-C winds down: open calls finish, nothing new is started.

    \b
    Examples:
      asynceval run configs/quickstart.toml
      asynceval run --model qwen3-8b --base-url http://127.0.0.1:8000 \\
          --judge gpt-4o --judge-base-url https://api.openai.com/v1 \\
          --judge-key-env OPENAI_API_KEY --parallel 50
      asynceval run --run-dir runs/old --judge gpt-4o \\
          --judge-base-url https://api.openai.com/v1

    The last one has a run that is there judged once more, an imported one for example.

    Exit code: 0 complete, 2 usage or config (nothing was sent), 3 items are missing, 4 the run
    directory cannot be used, 130 interrupted.
    """  # noqa: D301 - \b is click's mark for a block to leave as it is
    from asynceval.cli.exits import say, told
    from asynceval.cli.prepare import drafted, equip
    from asynceval.cli.start import start
    from asynceval.cli.trust import refuse

    with told():
        folder, draft = drafted(config, flags, run_dir)
        if config is None:
            refuse(folder, draft.sweep)
        prepared = equip(draft)
        for warning in prepared.warnings:
            say(f"warning: {warning}")
        sys.exit(start(prepared.whole(), folder, prepared.keys, only, html or prepared.html))
