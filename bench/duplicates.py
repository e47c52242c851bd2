"""How many calls are paid twice after a kill -9?

Trials of a run that is killed and run again to its end. Half of them are killed at a random moment, half as
soon as the log grows, so that the kill meets a write or what comes right after it. Each may pay twice at
most what was in flight, and must lose no line that was in the log.

Usage: python -m bench.duplicates [TRIALS]
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random
from subprocess import Popen
from tempfile import TemporaryDirectory
from time import monotonic, sleep, time_ns

from bench.rig import answer, config, forget, questions, run, running, simulator, size, stats, until

TRIALS = 60
PARALLEL = 16
QUESTIONS = 60
CALLS = 4 * QUESTIONS
LATENCY = "lognormal:0.02,0.1"
STARTING = 1.0
"""About how many seconds a run takes to start: some kills fall into that."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What one kill cost: calls paid twice, of those in flight, and lines lost from the log."""

    twice: int
    in_flight: int
    lost: int


def log(folder: Path) -> list[bytes]:
    """Return the whole lines of a run's log."""
    path = folder / "calls-1.jsonl"
    return path.read_bytes().split(b"\n")[:-1] if path.exists() else []


def at_random(process: Popen[bytes], url: str, random: Random) -> None:
    """Kill after a random number of requests, or while the run starts."""
    if random.random() < 0.2:
        sleep(random.uniform(0, STARTING))
    else:
        asked = random.randint(1, CALLS - PARALLEL)
        until(url, lambda counts: counts["requests"] >= asked, process, every=0.001)
        sleep(random.uniform(0, 0.02))
    process.kill()


def at_a_write(process: Popen[bytes], run_dir: Path, random: Random) -> None:
    """Kill the moment the log grows beyond a random number of lines; looks without a pause."""
    path = run_dir / "calls-1.jsonl"
    lines = random.randint(0, CALLS - 2 * PARALLEL)
    end = monotonic() + 60
    while len(log(run_dir)) < lines and monotonic() < end:
        sleep(0.001)
    length = path.stat().st_size if path.exists() else 0
    while process.poll() is None and monotonic() < end:
        try:
            if os.stat(path).st_size > length:  # noqa: PTH116 - quicker than a path's own
                break
        except FileNotFoundError:
            continue
    process.kill()


def trial(number: int, folder: Path, file: Path, url: str, random: Random) -> Trial:
    """Kill one run, run it again to its end, and compare."""
    forget(url)
    name = f"run-{number}"
    sweep = config(folder / f"{name}.toml", url, file, f"parallel = {PARALLEL}")
    with running(run(sweep, name), folder) as process:
        if number % 2:
            at_a_write(process, folder / name, random)
        else:
            at_random(process, url, random)
        process.wait()
    while stats(url)["in_flight"]:
        sleep(0.005)
    in_flight = min(PARALLEL, stats(url)["requests"])
    before = log(folder / name)
    with running(run(sweep, name), folder) as process:
        if process.wait() != 0:
            sys.exit(f"the run could not be finished (exit code {process.returncode})")
    after, counts = log(folder / name), stats(url)
    lost = sum(old != new for old, new in zip(before, after, strict=False))
    return Trial(counts["paid_twice"], in_flight, lost + CALLS - len(after))


def main() -> None:
    """Make all trials against one simulator."""
    random = Random(seed := time_ns() % 10**9)
    with TemporaryDirectory() as name, simulator("--latency", LATENCY) as url:
        folder = Path(name)
        file = questions(folder / "questions.jsonl", QUESTIONS)
        trials = [trial(number, folder, file, url, random) for number in range(size(TRIALS))]
    answer(
        bench="duplicates",
        trials=len(trials),
        most_duplicates=max(each.twice for each in trials),
        in_flight=PARALLEL,
        trials_over_in_flight=sum(each.twice > each.in_flight for each in trials),
        lost=sum(each.lost for each in trials),
        seed=seed,
        must=[0, 0],
    )


if __name__ == "__main__":
    main()
