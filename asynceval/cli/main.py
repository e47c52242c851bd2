"""The `asynceval` command: a group that imports a command only when it is asked for."""

import os
import sys
from importlib import import_module
from io import TextIOWrapper

import click

from asynceval import __version__
from asynceval.cli.exits import leave_on_interrupt

_COMMANDS = {
    "run": "Run a sweep: ask the models, judge the answers. Running it again resumes.",
    "resume": "Continue a run from its own directory.",
    "plan": "Show what a run would take: calls, tokens, cost and time. Spends nothing.",
    "report": "Show the results of a run.",
    "compare": "Compare two models question by question, or a leaderboard with another.",
    "agreement": "Say how often judges and people prefer the same answer.",
    "check": "Check config, data and keys, and probe every endpoint with one call.",
    "import": "Take FastChat's files into a run directory.",
    "export": "Write a run as files that FastChat's tools read.",
    "verify": "Check the integrity of a run's log.",
    "simulate": "Serve simulated models on a local port.",
}


class _Commands(click.Group):
    def list_commands(self, _: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        name = "import_" if cmd_name == "import" else cmd_name  # a word of Python's own
        command = getattr(import_module(f"asynceval.cli.{name}"), name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="asynceval")
def main() -> None:
    """Find out which of your models answers open questions better.

    Streams two-turn questions through models and judge at once, keeps every paid call, and says
    what the numbers support.

    \b
    Examples:
      asynceval run configs/quickstart.toml
      asynceval run --model small --judge large --base-url http://127.0.0.1:8000
      asynceval report runs/quickstart
    """  # noqa: D301 - \b is click's mark for a block to leave as it is
    leave_on_interrupt()
    # Who has closed a stream wants nothing on it; Python leaves nothing in its place.
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    # A terminal that cannot show a character shows another one, rather than none at all.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
