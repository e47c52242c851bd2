"""`asynceval run`: the whole sweep, streamed; running it again resumes."""

import sys
from pathlib import Path
from typing import Literal

import click

from asynceval.cli.parallel import ParallelType
from asynceval.domain.sweep import Parallel


@click.command()
@click.argument("config", required=False, type=click.Path(path_type=Path))
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="M",
    help="A model under test; repeatable. With CONFIG: which of its models.",
)
@click.option(
    "--judge",
    "judges",
    multiple=True,
    metavar="J",
    help="A judge; repeatable. With CONFIG: which of its judges.",
)
@click.option("--base-url", metavar="URL", help="Where the models are served, with or without /v1.")
@click.option(
    "--judge-base-url", metavar="URL", help="Where the judges are served. Default: --base-url."
)
@click.option(
    "--key-env", metavar="VAR", help="The NAME of the variable that holds the models' API key."
)
@click.option(
    "--judge-key-env",
    metavar="VAR",
    help="The NAME of the variable that holds the judges' API key.",
)
@click.option(
    "--parallel",
    type=ParallelType(),
    metavar="N|auto",
    help="Calls in flight at each endpoint; auto finds what it can take. Default: 50.",
)
@click.option(
    "--budget",
    type=float,
    metavar="USD",
    help="US dollars to spend at most, in all runs of the run directory together.",
)
@click.option(
    "--questions",
    metavar="FILE",
    help="Questions in FastChat's layout, or the name of a set that ships. Default: duet.",
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
    "--only",
    type=click.Choice(["answers", "judgments"]),
    help="Only ask the models, or only judge the answers there are.",
)
def run(
    config: Path | None,
    *,
    models: tuple[str, ...],
    judges: tuple[str, ...],
    base_url: str | None,
    judge_base_url: str | None,
    key_env: str | None,
    judge_key_env: str | None,
    parallel: Parallel | None,
    budget: float | None,
    questions: str | None,
    categories: tuple[str, ...],
    limit: int | None,
    run_dir: Path | None,
    only: Literal["answers", "judgments"] | None,
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

    Exit code: 0 complete, 2 usage or config (nothing was sent), 3 items are missing, 4 the run
    directory cannot be used, 130 interrupted.
    """  # noqa: D301 - \b is click's mark for a block to leave as it is
    from asynceval.cli.earlier import earlier, place
    from asynceval.cli.exits import say, told
    from asynceval.cli.prepare import draft, equip
    from asynceval.cli.start import start
    from asynceval.config.flags import Flags, resolve

    flags = Flags(
        models=models,
        judges=judges,
        base_url=base_url,
        judge_base_url=judge_base_url,
        key_env=key_env,
        judge_key_env=judge_key_env,
        parallel=parallel,
        budget=budget,
        questions=questions,
        categories=categories,
        limit=limit,
    )
    with told():
        request = resolve(config, flags)
        folder = place(request.sweep, run_dir)
        prepared = equip(draft(request, earlier(folder)))
        for warning in prepared.warnings:
            say(f"warning: {warning}")
        sys.exit(start(prepared.whole(), folder, prepared.keys, only))
