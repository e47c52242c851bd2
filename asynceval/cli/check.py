"""`asynceval check`: everything that can be known to be wrong before a sweep."""

import os
import sys
from collections.abc import Callable, Sized
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import click

_T = TypeVar("_T")


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
def check(config: Path) -> None:
    """Check CONFIG, its data and keys, and send one small call to each model.

    Names every problem at once. The calls are the only ones that may cost something: 16 tokens for
    each model and judge.

    \b
    Example:
      asynceval check configs/quickstart.toml

    Exit code: 0 if a run could start, 2 if not.
    """  # noqa: D301 - \b is click's mark for a block to leave as it is
    import anyio

    from asynceval.cli.exits import say, told
    from asynceval.config.flags import Flags, resolve
    from asynceval.config.keys import exposed, read_keys
    from asynceval.config.questions import load_all
    from asynceval.conversation import Plan
    from asynceval.domain.errors import ConfigError, Problem
    from asynceval.domain.failure import Failure
    from asynceval.domain.secret import Secret
    from asynceval.engine.probe import probe
    from asynceval.prompts import templates

    with told():
        problems: list[Problem] = []

        def attempt(step: Callable[[], _T]) -> _T | None:
            try:
                return step()
            except ConfigError as error:
                problems.extend(error.problems)
                return None

        request = resolve(config, Flags())
        sweep = request.sweep
        loaded = attempt(lambda: load_all(request))
        path = request.templates
        prompts = attempt(lambda: templates.load(path) if path else templates.builtin())
        if loaded is not None and prompts is not None:
            attempt(Plan(sweep, loaded[0], prompts).check)
        keys: dict[str, Secret | None] = {}
        for endpoint in sweep.endpoints:
            keys.update(attempt(partial(read_keys, (endpoint,), os.environ)) or {})
        questions, warnings = loaded or ((), ())
        for warning in (*warnings, *exposed(sweep.endpoints)):
            say(f"warning: {warning}")
        with TemporaryDirectory(prefix="asynceval-check-") as folder:
            probes = anyio.run(probe, sweep, keys, Path(folder), lambda _: None)
        for found in probes:
            what = found.outcome
            if isinstance(what, Failure):
                where = f"endpoints.{found.endpoint}"
                problems.append(Problem(f"{found.model}: {what.message}", str(config), None, where))
            else:
                click.echo(f"ok  {found.endpoint}: {found.model} answers")
        if problems:
            raise ConfigError(*problems)
        counts: dict[str, Sized] = {
            "question": questions,
            "model": sweep.targets,
            "judge": sweep.judges,
        }
        parts = [f"{len(of)} {what}{'' if len(of) == 1 else 's'}" for what, of in counts.items()]
        click.echo(f"ok  {config}: {', '.join(parts)}")
    sys.exit(0)
