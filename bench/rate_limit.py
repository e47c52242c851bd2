"""How much of a known limit does a sweep use, and does it ever go over it?

64 calls in flight, models and judge on one endpoint, 60 s from the first request: what the server
accepted over what it could accept, under a limit of requests and under one of tokens a minute. The
server counts over a sliding window and refuses what goes over.

Usage: python -m bench.rate_limit [SECONDS]
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep

from bench.rig import answer, config, questions, run, running, simulator, size, stats, until

SECONDS = 60
LATENCY = "lognormal:0.5,2"
PARALLEL = 64
QUESTIONS = 2000


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit, as config and simulator call it; `counts` is what the server counts of it."""

    name: str
    a_minute: int
    counts: str


LIMITS = (Limit("rpm", 3000, "paid"), Limit("tpm", 600_000, "tokens"))


def measure(limit: Limit, folder: Path, seconds: int) -> tuple[float, int]:
    """Return the share of the limit that was used, and how many calls were refused."""
    option = (f"--{limit.name}", str(limit.a_minute))
    with simulator("--latency", LATENCY, *option) as url:
        file = questions(folder / f"{limit.name}.jsonl", QUESTIONS)
        endpoint = f"parallel = {PARALLEL}\n{limit.name} = {limit.a_minute}"
        sweep = config(folder / f"{limit.name}.toml", url, file, endpoint)
        with running(run(sweep, limit.name), folder) as process:
            until(url, lambda counts: counts["requests"] > 0, process)
            sleep(seconds)
            counts = stats(url)
    return counts[limit.counts] / (limit.a_minute * seconds / 60), counts["rate_limited"]


def main() -> None:
    """Measure both limits at the same time, each on a simulator of its own."""
    seconds = size(SECONDS)
    with TemporaryDirectory() as name, ThreadPoolExecutor() as threads:
        folder = Path(name)
        (rpm, rpm_refused), (tpm, tpm_refused) = threads.map(
            lambda limit: measure(limit, folder, seconds), LIMITS
        )
    answer(
        bench="rate_limit",
        rpm=round(rpm, 3),
        rpm_refused=rpm_refused,
        tpm=round(tpm, 3),
        tpm_refused=tpm_refused,
        must=[0.95, 0],
        aim=[0.99, 0],
    )


if __name__ == "__main__":
    main()
