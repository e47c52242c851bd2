"""How much CPU does a model call take, against a bare HTTP client sending the same bodies?

The whole product is measured, log and dashboard included, at parallel 500 and 200 ms latency. The
figure is marginal, between 500 and 2000 questions, so that start-up does not count, and the least of
three rounds, so that what else the machine does counts little.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.bodies import main as write_bodies
from bench.rig import answer, questions, simulator, spend, sweep

PARALLEL = 500
SIZES = (500, 2000)
ROUNDS = 3
CALLS_A_QUESTION = 4


def main() -> None:
    """Measure both clients at both sizes against one simulator."""
    with TemporaryDirectory() as name, simulator("--latency", "0.2") as url:
        folder = Path(name)
        product, bare = [], []
        for size in SIZES:
            file = questions(folder / f"{size}.jsonl", size)
            runs = [f"run-{size}-{number}" for number in range(ROUNDS)]
            bodies = folder / f"{size}.bodies"
            command = [sys.executable, "-m", "bench.bare", url, str(PARALLEL), str(bodies)]
            spent: list[tuple[float, float]] = []
            for run in runs:
                ours = spend(sweep(url, file, run, PARALLEL), folder).cpu
                write_bodies(folder / run, bodies)
                spent.append((ours, spend(command, Path.cwd()).cpu))
            product.append(min(ours for ours, _ in spent))
            bare.append(min(theirs for _, theirs in spent))
    calls = (SIZES[1] - SIZES[0]) * CALLS_A_QUESTION
    ours, theirs = ((large - small) / calls for small, large in (product, bare))
    answer(
        bench="overhead",
        ratio=round(ours / theirs, 2),
        product_us=round(ours * 1e6),
        bare_us=round(theirs * 1e6),
        must=2.5,
        aim=1.5,
    )


if __name__ == "__main__":
    main()
