"""The rig: a simulator on its own core, and processes that are measured from outside."""

import json
import os
import pty
import re
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

CATEGORIES = (
    "writing",
    "roleplay",
    "reasoning",
    "math",
    "coding",
    "extraction",
    "stem",
    "humanities",
)
_WORDS = (
    "river",
    "stone",
    "bridge",
    "market",
    "signal",
    "copper",
    "winter",
    "garden",
    "engine",
    "letter",
    "harbour",
    "method",
)


@dataclass(frozen=True, slots=True)
class Spent:
    """What a process took: seconds of CPU and of wall-clock time, and its peak memory in MB."""

    cpu: float
    wall: float
    peak_mb: float
    exit_code: int


def questions(path: Path, count: int) -> Path:
    """Write `count` two-turn questions of about 200 characters a turn."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            words = [_WORDS[(number * 7 + i * (1 + number % 5)) % len(_WORDS)] for i in range(26)]
            turns = [
                f"Question {number}: describe how {' '.join(words)} fit together.",
                f"Now shorten answer {number}, and say more about {' '.join(reversed(words))}.",
            ]
            category = CATEGORIES[number % len(CATEGORIES)]
            line = {"question_id": number, "category": category, "turns": turns}
            file.write(json.dumps(line) + "\n")
    return path


@contextmanager
def simulator(*options: str) -> Iterator[str]:
    """Serve simulated models on the last core; yield the base URL."""
    command = [sys.executable, "-m", "asynceval", "simulate", "--port", "0", *options]
    process = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: _pin(-1),  # noqa: PLW1509
    )
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        found = re.search(r"http://\S+", line)
        if found is None:
            raise RuntimeError(f"the simulator did not start: {line}")
        yield found.group()
    finally:
        process.terminate()
        process.wait()


def spend(command: list[str], folder: Path) -> Spent:
    """Run a command on the first core with its stderr on a terminal, and measure it."""
    reader, terminal = pty.openpty()
    drain = threading.Thread(target=_drain, args=(reader,), daemon=True)
    drain.start()
    started = perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=terminal,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"},
        preexec_fn=lambda: _pin(0),  # noqa: PLW1509
    )
    os.close(terminal)
    _, status, usage = os.wait4(process.pid, 0)
    wall = perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    drain.join()
    os.close(reader)
    return Spent(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, process.returncode)


def sweep(url: str, file: Path, run_dir: str, parallel: int | str) -> list[str]:
    """Return the command that runs one model and one judge over the questions."""
    return [
        *(sys.executable, "-m", "asynceval", "run"),
        *("--model", "sim-s70", "--judge", "sim-judge", "--base-url", url),
        *("--questions", str(file), "--parallel", str(parallel), "--run-dir", run_dir),
    ]


def config(
    path: Path,
    url: str,
    file: Path,
    endpoint: str,
    *,
    models: Sequence[str] = ("sim-s70",),
    judges: Sequence[str] = ("sim-judge",),
) -> Path:
    """Write a config of these models and judges on one endpoint, of which `endpoint` has the rest."""
    tables = "".join(
        f'[[{kind}]]\nname = "{name}"\nendpoint = "sim"\n'
        for kind, names in (("models", models), ("judges", judges))
        for name in names
    )
    path.write_text(
        f'name = "bench"\n[benchmark]\nquestions = "{file}"\n'
        f'[endpoints.sim]\nbase_url = "{url}"\n{endpoint}\n{tables}',
        encoding="utf-8",
    )
    return path


def run(file: Path, run_dir: str, *options: str) -> list[str]:
    """Return the command that runs a config."""
    command = [sys.executable, "-m", "asynceval", "run", str(file), "--run-dir", run_dir]
    return [*command, *options]


@contextmanager
def running(command: list[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command on the first core, without a terminal; it is killed at the end of the block."""
    with subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: _pin(0),  # noqa: PLW1509
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def stats(url: str) -> dict[str, Any]:
    """Return what a simulator has counted."""
    with urllib.request.urlopen(f"{url.removesuffix('/v1')}/stats") as response:
        counts: dict[str, Any] = json.load(response)
        return counts


def forget(url: str) -> None:
    """Let a simulator count from 0 again."""
    urllib.request.urlopen(f"{url.removesuffix('/v1')}/stats/reset", data=b"").close()


def until(
    url: str,
    is_met: Callable[[dict[str, Any]], bool],
    process: subprocess.Popen[bytes],
    every: float = 0.005,
) -> dict[str, Any]:
    """Return the counts as soon as they meet a condition. RuntimeError if the process ends first."""
    while True:
        has_ended = process.poll() is not None
        counts = stats(url)
        if is_met(counts):
            return counts
        if has_ended:
            raise RuntimeError(f"the run ended too early, with exit code {process.returncode}")
        sleep(every)


def size(usual: int) -> int:
    """Return how large the benchmark is to be: the command line's number, for a trial, or the usual."""
    return int(sys.argv[1]) if len(sys.argv) > 1 else usual


def answer(**figures: object) -> None:
    """Print the benchmark's one line."""
    print(json.dumps(figures))


def _pin(core: int) -> None:
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[core]})


def _drain(reader: int) -> None:
    try:
        while os.read(reader, 65536):
            pass
    except OSError:
        pass  # the terminal is closed when the process is gone
