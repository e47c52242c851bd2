"""How much longer do seven models take when the eighth is behind a limit?

Eight models on one endpoint, 64 calls in flight, 200 ms: from the first request to the last answer of the
seven. Against the same sweep without the limit, and against one of the seven alone, since the eighth's
share of the places would otherwise hide what it costs.

Usage: python -m bench.isolation [QUESTIONS]
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep

from asynceval.store.store import Store
from bench.rig import answer, config, questions, run, running, simulator, size, until

QUESTIONS = 300
LATENCY = 0.2
SEVEN = tuple(f"sim-s{skill}0" for skill in range(2, 9))
EIGHTH = "sim-s10"
LIMIT = ("--model-rpm", f"{EIGHTH}=60", "--bucket")


def makespan(folder: Path, name: str, models: tuple[str, ...], count: int, *limit: str) -> float:
    """Return the seconds that the seven take for so many questions in a sweep of these models."""
    calls = 2 * count * len(SEVEN)
    with simulator("--latency", str(LATENCY), *limit) as url:
        file = questions(folder / f"{name}.jsonl", count)
        sweep = config(
            folder / f"{name}.toml", url, file, "parallel = 64", models=models, judges=()
        )
        with running(run(sweep, name), folder) as process:
            until(
                url,
                lambda counts: sum(counts["by_model"].get(each, 0) for each in SEVEN) >= calls,
                process,
            )
            sleep(LATENCY + 1)
    with Store(folder / name, write=False) as store:
        records = [record for record in store.records() if record.cell.target in SEVEN]
    if len(records) != calls:
        raise RuntimeError(f"{len(records)} of {calls} answers are there")
    return max(each.at + each.sent for each in records) - min(each.at for each in records)


def main() -> None:
    """Measure the three sweeps one after the other."""
    count = size(QUESTIONS)
    with TemporaryDirectory() as name:
        folder = Path(name)
        alone = makespan(folder, "alone", SEVEN, count)
        free = makespan(folder, "free", (EIGHTH, *SEVEN), count)
        limited = makespan(folder, "limited", (EIGHTH, *SEVEN), count, *LIMIT)
    answer(
        bench="isolation",
        slowdown=round(limited / free - 1, 3),
        slowdown_over_seven_alone=round(limited / alone - 1, 3),
        must=0.05,
        aim=0.01,
    )


if __name__ == "__main__":
    main()
