"""`asynceval check`: everything that can be known to be wrong before a sweep."""

import sys
from collections.abc import Sized
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from asynceval.cli import options

if TYPE_CHECKING:
    from asynceval.config.flags import Flags


@click.command()
@options.asked
@options.parallel
def check(config: Path | None, *, flags: "Flags", run_dir: Path | None) -> None:
    """Check all that `run` would refuse with the same flags, and send one small call to each model.

    Names every problem at once. The calls are the only ones that may cost something: 16 tokens for
    each model and judge.

    \b
    Example:
      asynceval check configs/quickstart.toml

    Exit code: 0 if a run could start, 2 if not.
    """  # noqa: D301 - \b is click's mark for a block to leave as it is
    import anyio

    from asynceval.cli.exits import say, told
    from asynceval.cli.prepare import drafted, equip
    from asynceval.cli.probes import lines
    from asynceval.cli.trust import refuse
    from asynceval.domain.errors import ConfigError, Problem
    from asynceval.domain.failure import Failure
    from asynceval.engine.probe import probe

    with told():
        run, draft = drafted(config, flags, run_dir)
        if config is None:
            refuse(run, draft.sweep)
        prepared, sweep = equip(draft), draft.sweep
        problems = list(prepared.problems)
        for warning in prepared.warnings:
            say(f"warning: {warning}")
        with TemporaryDirectory(prefix="asynceval-check-") as folder:
            probes = anyio.run(probe, sweep, prepared.keys, Path(folder), lambda _: None)
        for found in probes:
            what = found.outcome
            if isinstance(what, Failure):
                where = f"endpoints.{found.endpoint}"
                problems.append(
                    Problem(
                        f"{found.model}: {what.message}",
                        str(config) if config else None,
                        None,
                        where,
                    )
                )
            else:
                click.echo("\n".join(lines(found, what)))
        if problems:
            raise ConfigError(*problems)
        counts: dict[str, Sized] = {
            "question": prepared.plan.questions if prepared.plan else (),
            "model": sweep.asked,
            "judge": sweep.judges,
        }
        parts = [f"{len(of)} {what}{'' if len(of) == 1 else 's'}" for what, of in counts.items()]
        click.echo(f"ok  {config or sweep.name}: {', '.join(parts)}")
    sys.exit(0)
