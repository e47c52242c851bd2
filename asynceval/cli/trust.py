"""Trust: a run directory may be a stranger's, so no program that it names is started unasked."""

import shlex
from collections.abc import Iterator
from pathlib import Path

from asynceval.domain.errors import ConfigError
from asynceval.domain.sweep import COMMAND, Sweep
from asynceval.domain.text import visible

FLAG = "--run-programs"


def programs(sweep: Sweep) -> tuple[str, ...]:
    """Return the commands that a sweep runs on this machine, but for our own simulator."""
    return tuple(dict.fromkeys(line for line in _commands(sweep) if not _is_ours(line)))


def refuse(folder: Path, sweep: Sweep) -> None:
    """Raise ConfigError that names the programs of a run directory, if it has any."""
    found = programs(sweep)
    if found:
        lines = "".join(f"\n    {visible(line)}" for line in found)
        raise ConfigError(
            f"{folder} asks for programs to be started on this machine:{lines}\n"
            f"If they are yours: asynceval resume {shlex.quote(str(folder))} {FLAG}, "
            "or `asynceval run` with the config"
        )


def _commands(sweep: Sweep) -> Iterator[str]:
    for endpoint in sweep.endpoints:
        if endpoint.server is not None:
            yield endpoint.server.command
        if endpoint.base_url.startswith(COMMAND):
            yield endpoint.base_url.removeprefix(COMMAND)


def _is_ours(command: str) -> bool:
    try:
        return shlex.split(command)[:2] == ["asynceval", "simulate"]
    except ValueError:
        return False
