"""Does a long sweep over a server that fails stay flat, lose nothing, and pay nothing twice?

200,000 calls of which 5 % of the attempts fail in ten ways, against a simulator that takes 50 ms. Memory and
open files are read from /proc every 10,000 answers; growth is a line fitted after the first fifth. What
the server failed after accepting it has to be paid again; all else is paid once.

Usage: python -m bench.soak [CALLS]
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression
from subprocess import Popen
from tempfile import TemporaryDirectory
from time import sleep
from typing import Any

from bench.rig import answer, config, questions, run, running, simulator, size, stats

CALLS = 200_000
CALLS_A_QUESTION = 4
PARALLEL = 100
STEPS = 20
WARM_UP = 0.2
LATENCY = "0.05"
# Kinds that a call recovers from. Those whose reply is unusable are rare, since a few in a row are enough
# to give a call up. A 429 has no limit behind it here, but its wait is kept by all calls to the model.
FAULTS = {
    "500": 0.012,
    "503": 0.008,
    "429": 0.005,
    "reset": 0.011,
    "close": 0.009,
    "lost": 0.002,
    "truncate": 0.001,
    "empty": 0.0005,
    "null": 0.0005,
    "hang": 0.001,
}
ENDPOINT = f"parallel = {PARALLEL}\ntimeout = 20"


@dataclass(frozen=True, slots=True)
class Sample:
    """What a process holds after so many calls: memory in MB, files and sockets."""

    calls: int
    rss: float
    files: int
    sockets: int


def look(pid: int, calls: int) -> Sample:
    """Return what the process holds now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    kinds = list(_kinds(pid))
    sockets = sum(kind.startswith("socket:") for kind in kinds)
    rss = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return Sample(calls, rss, len(kinds) - sockets, sockets)


def _kinds(pid: int) -> Iterator[str]:
    for each in Path(f"/proc/{pid}/fd").iterdir():
        try:
            yield str(each.readlink())
        except FileNotFoundError:
            continue  # closed meanwhile


def watch(process: Popen[bytes], url: str, calls: int) -> list[Sample]:
    """Return a sample at every step of the way but the last, until the process ends."""
    samples: list[Sample] = []
    step = calls // STEPS
    while process.poll() is None:
        answered = stats(url)["answered"]
        if len(samples) < STEPS - 1 and answered >= step * (len(samples) + 1):
            samples.append(look(process.pid, answered))
        sleep(0.1)
    return samples


def growth(samples: list[Sample]) -> float:
    """Return by how many MB the memory grows over 10,000 calls."""
    fitted = linear_regression([each.calls for each in samples], [each.rss for each in samples])
    return fitted.slope * 10_000


def report(folder: Path, name: str) -> dict[str, Any]:
    """Return a run's report."""
    command = [sys.executable, "-m", "asynceval", "report", name, "--json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Run the sweep once, watch it, and compare its report with the simulator's ledger."""
    calls = size(CALLS)
    faults = [word for kind, rate in FAULTS.items() for word in ("--fault", f"{kind}={rate}")]
    with TemporaryDirectory() as name, simulator("--latency", LATENCY, *faults) as url:
        folder = Path(name)
        file = questions(folder / "questions.jsonl", calls // CALLS_A_QUESTION)
        sweep = config(folder / "soak.toml", url, file, ENDPOINT)
        with running(run(sweep, "soak"), folder) as process:
            samples = watch(process, url, calls)
            exit_code = process.wait()
        counts, coverage = stats(url), report(folder, "soak")["coverage"]
    warm = samples[int(len(samples) * WARM_UP) :]
    answer(
        bench="soak",
        calls=counts["answered"],
        failed_attempts=sum(counts["faults"].values()),
        mb_a_10000_calls=round(growth(warm), 3),
        peak_mb=round(max(each.rss for each in samples), 1),
        files=[min(each.files for each in warm), max(each.files for each in warm)],
        sockets=[min(each.sockets for each in warm), max(each.sockets for each in warm)],
        exit_code=exit_code,
        missing=coverage["expected"] - coverage["scored"] - coverage["unparsed"],
        paid_twice=counts["paid_twice"],
        lost_after_accept=counts["lost_after_accept"],
        paid_twice_without_cause=max(0, counts["paid_twice"] - counts["lost_after_accept"]),
        must=[1.0, 0, 0],
    )


if __name__ == "__main__":
    main()
