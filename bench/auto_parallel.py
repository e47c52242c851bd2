"""How much of an unknown limit does `parallel = "auto"` find, and how many calls are refused for it?

Four servers, each on a simulator of its own: one that refuses more than 40 calls in flight, one with
32 places behind which calls queue, a rate of 20 a second that says nothing of itself, and 1200 requests in
any 60 s with headers. From 30 s to 90 s after the first request: answers over those the server could
have given, which its settings tell; calls refused over all calls of the 90 s.

Usage: python -m bench.auto_parallel [SECONDS], where a third is for finding the limit.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import exp, log
from pathlib import Path
from statistics import NormalDist
from tempfile import TemporaryDirectory
from time import sleep

from bench.rig import answer, questions, running, simulator, size, stats, sweep, until

SECONDS = 90
P50, P99 = 0.5, 2.0
QUESTIONS = 4000


@dataclass(frozen=True, slots=True)
class Server:
    """A server with a limit, and the answers a second that it can give at best."""

    name: str
    options: tuple[str, ...]
    reachable: float


def mean_latency(p50: float, p99: float) -> float:
    """Return the mean of a lognormal latency in seconds, given by its percentiles."""
    sigma = log(p99 / p50) / NormalDist().inv_cdf(0.99)
    return p50 * exp(sigma * sigma / 2)


MEAN = mean_latency(P50, P99)
SERVERS = (
    Server("most_in_flight", ("--most-in-flight", "40"), 40 / MEAN),
    Server("slots", ("--slots", "32"), 32 / MEAN),
    Server("quiet_rate", ("--rpm", "1200", "--bucket", "--quiet-limits"), 20),
    Server("window", ("--rpm", "1200"), 20),
)


def measure(server: Server, folder: Path, seconds: int) -> tuple[float, float]:
    """Return the share of the reachable throughput, and the share of calls refused."""
    with simulator("--latency", f"lognormal:{P50},{P99}", *server.options) as url:
        file = questions(folder / f"{server.name}.jsonl", QUESTIONS)
        with running(sweep(url, file, server.name, "auto"), folder) as process:
            until(url, lambda counts: counts["requests"] > 0, process)
            sleep(seconds / 3)
            found = stats(url)
            sleep(seconds * 2 / 3)
            end = stats(url)
    answered = end["answered"] - found["answered"]
    share = answered / (server.reachable * seconds * 2 / 3)
    return share, end["rate_limited"] / end["requests"]


def main() -> None:
    """Measure all servers at the same time."""
    seconds = size(SECONDS)
    with TemporaryDirectory() as name, ThreadPoolExecutor() as threads:
        folder = Path(name)
        found = list(threads.map(lambda server: measure(server, folder, seconds), SERVERS))
    shares = {
        server.name: round(share, 3) for server, (share, _) in zip(SERVERS, found, strict=True)
    }
    refused = {
        server.name: round(part, 4) for server, (_, part) in zip(SERVERS, found, strict=True)
    }
    answer(
        bench="auto_parallel",
        share=shares,
        refused=refused,
        must=[0.85, 0.03],
        aim=[0.95, 0.01],
    )


if __name__ == "__main__":
    main()
