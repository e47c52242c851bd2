"""`asynceval check`: everything that can be known to be wrong before a sweep."""

import sys
from collections.abc import Sized
from pathlib import Path
from typing import TYPE_CHECKING

import click

from asynceval.cli import options

if TYPE_CHECKING:
    from asynceval.config.flags import Flags
    from asynceval.domain.events import Event


@click.command()
@options.asked
@options.parallel
def check(config: Path | None, *, flags: "Flags", run_dir: Path | None) -> None:
    """Check all that `run` would refuse with the same flags, and send one small call to each model.

    Names every problem at once. The calls are the only ones that may cost something: a few words of
    each model and judge. Servers are started for them, and stopped at the end and on Ctrl-C.

    \b
    Example:
      asynceval check configs/quickstart.toml

    Exit code: 0 if a run could start, 2 if not.
    """  # noqa: D301 - \b is click's mark for a block to leave as it is
    import anyio

    from asynceval.cli.exits import INTERRUPTED, say, told
    from asynceval.cli.prepare import drafted, equip
    from asynceval.cli.probes import lines
    from asynceval.cli.trust import refuse
    from asynceval.domain.errors import ConfigError, Problem
    from asynceval.domain.failure import Failure
    from asynceval.domain.reply import Reply
    from asynceval.domain.text import counted
    from asynceval.engine.interrupt import unless_interrupted
    from asynceval.engine.probe import Probe, probe
    from asynceval.engine.scratch import scratch, stop_abandoned

    def show(one: Probe) -> None:
        if isinstance(one.outcome, Reply):
            click.echo("\n".join(lines(one, one.outcome)))

    with told():
        run, draft = drafted(config, flags, run_dir)
        if config is None:
            refuse(run, draft.sweep)
        prepared, sweep = equip(draft), draft.sweep
        problems = list(prepared.problems)
        for warning in prepared.warnings:
            say(f"warning: {warning}")
        with scratch() as made:

            async def ask() -> tuple[Probe, ...]:
                await stop_abandoned(_tell)
                return await probe(sweep, prepared.keys, made.folder, _tell, show)

            probes = anyio.run(unless_interrupted, ask)
            failed = [
                (one, one.outcome.message)
                for one in probes or ()
                if isinstance(one.outcome, Failure)
            ]
            made.is_kept = any(str(made.folder) in message for _, message in failed)
        if probes is None:
            say("interrupted; what was started is stopped")
            sys.exit(INTERRUPTED)
        place = str(config) if config else None
        problems += [
            Problem(f"{one.model}: {message}", place, None, f"endpoints.{one.endpoint}")
            for one, message in failed
        ]
        if problems:
            raise ConfigError(*problems)
        counts: dict[str, Sized] = {
            "question": prepared.plan.questions if prepared.plan else (),
            "model": sweep.asked,
            "judge": sweep.judges,
        }
        parts = [counted(len(of), what) for what, of in counts.items()]
        click.echo(f"ok  {config or sweep.name}: {', '.join(parts)}")
    sys.exit(0)


def _tell(event: "Event") -> None:
    """Say what becomes of servers: a model may take minutes to load."""
    from asynceval.cli.exits import say
    from asynceval.domain.events import LeftoverStopped, ServerReady, ServerStarted
    from asynceval.progress.sentences import ending, ready, start

    match event:
        case ServerStarted():
            say(start(event))
        case ServerReady():
            say(ready(event))
        case LeftoverStopped():
            say(ending(event))
