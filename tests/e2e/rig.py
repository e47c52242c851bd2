"""What the tests with real processes share: the command, a simulator, files to run on."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

COMMAND = (sys.executable, "-m", "asynceval")
PATIENCE = 120.0
"""Seconds for anything that is to happen on a loaded machine; it is mostly a matter of one or two."""

_TERMINAL = ("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE")


def environment(**more: str) -> dict[str, str]:
    """Return this process's environment without what the terminal says in it, and with `more`."""
    kept = {name: value for name, value in os.environ.items() if name not in _TERMINAL}
    return {**kept, "TERM": "xterm-256color", **more}


def until(condition: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Wait for a condition; AssertionError if it takes too long."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {seconds:g} s"
        time.sleep(0.005)


@dataclass(frozen=True, slots=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str


def cli(*arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> Done:
    """Run a command to its end. It may fail, but never with a traceback."""
    with started(*arguments, cwd=cwd, env=env) as process:
        return finish(process)


@contextmanager
def started(
    *arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Start a command in a process group of its own; it is killed at the end of the block."""
    with subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        cwd=cwd,
        env=environment() if env is None else env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def finish(process: subprocess.Popen[str], seconds: float = PATIENCE) -> Done:
    """Wait for a started command, which says nothing that only programmers understand."""
    out, err = process.communicate(timeout=seconds)
    assert "Traceback" not in out + err, err
    assert "Exception ignored" not in out + err, err
    assert "\x1b" not in out + err, "escapes without a terminal"
    return Done(process.returncode, out, err)


@dataclass(frozen=True, slots=True)
class Simulator:
    """A simulator in a process of its own."""

    base_url: str

    def stats(self) -> dict[str, Any]:
        """Return what it has counted."""
        with urllib.request.urlopen(f"{self.base_url[:-3]}/stats", timeout=PATIENCE) as response:
            counts: dict[str, Any] = json.load(response)
            return counts

    @property
    def paid(self) -> tuple[int, int]:
        """How many calls were paid for, and how many of them not for the first time."""
        stats = self.stats()
        return stats["paid"], stats["paid_twice"]


@contextmanager
def simulating(*options: str, env: Mapping[str, str] | None = None) -> Iterator[Simulator]:
    """Run a simulator on a free port while the block is open."""
    with started("simulate", "--port", "0", *options, cwd=Path.cwd(), env=env) as process:
        assert process.stderr is not None
        ready = process.stderr.readline()
        assert ready.startswith("simulator ready at http://"), ready
        yield Simulator(ready.split()[-1])
        process.terminate()
        assert finish(process).code == 0


def write_questions(path: Path, count: int, *, turns: int = 2) -> Path:
    """Write questions in FastChat's layout, of categories that need no reference."""
    lines = (
        {
            "question_id": number,
            "category": ("writing", "stem", "roleplay", "humanities")[number % 4],
            "turns": [f"Question {number}, part {turn}?" for turn in range(1, turns + 1)],
        }
        for number in range(1, count + 1)
    )
    path.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
    return path


def write_config(
    path: Path,
    base_url: str,
    questions: Path,
    models: Sequence[str] = ("sim-s25", "sim-s75"),
    *,
    parallel: int = 50,
    benchmark: str = "",
    endpoint: str = "",
) -> Path:
    """Write a config with these models and one judge on one endpoint."""
    tables = "".join(f'[[models]]\nname = "{model}"\nendpoint = "sim"\n' for model in models)
    path.write_text(f"""\
name = "e2e"
[benchmark]
questions = "{questions}"
{benchmark}
[endpoints.sim]
base_url = "{base_url}"
parallel = {parallel}
{endpoint}
{tables}
[[judges]]
name = "sim-judge"
endpoint = "sim"
""")
    return path


_PEAK = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss << 10)
sys.exit(code)
"""


def measured(*arguments: str | Path, cwd: Path) -> tuple[int, str, int]:
    """Run a command to its end; return its exit code, its stderr and its peak of memory in bytes.

    A small process starts it: a child's peak begins with that of whoever started it.
    """
    done = subprocess.run(
        [sys.executable, "-c", _PEAK, *COMMAND, *arguments],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr, int(done.stdout.split()[-1])


def log_lines(run: Path) -> list[bytes]:
    """Return the whole lines in a run's log."""
    path = run / "calls-1.jsonl"
    return path.read_bytes().split(b"\n")[:-1] if path.exists() else []


def log_cells(run: Path) -> set[tuple[object, ...]]:
    """Return the cells that a run's log fills; their keys differ with the run's secret."""
    names = ("question", "turn", "target", "choice", "judge", "repeat", "opponent", "order")
    return {tuple(orjson.loads(line).get(name) for name in names) for line in log_lines(run)}


def log_keys(run: Path) -> list[str]:
    """Return the keys in a run's log, in its order."""
    return [orjson.loads(line)["key"] for line in log_lines(run)]
