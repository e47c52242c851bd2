"""How close does a sweep come to the shortest time its calls could take?

2000 questions of 4 calls, each answered after 200 ms: from the first request to the last answer,
against calls x latency / parallel, which no schedule can beat. At parallel 50 and 500.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from asynceval.store.store import Store
from bench.rig import answer, questions, simulator, spend, sweep

LATENCY = 0.2
QUESTIONS = 2000
CALLS = 4 * QUESTIONS


def main() -> None:
    """Run both and read the times from the log."""
    shares = {}
    with TemporaryDirectory() as name, simulator("--latency", str(LATENCY)) as url:
        folder = Path(name)
        file = questions(folder / "questions.jsonl", QUESTIONS)
        for parallel in (50, 500):
            run = f"run-{parallel}"
            spend(sweep(url, file, run, parallel), folder)
            with Store(folder / run, write=False) as store:
                times = [(record.at, record.at + record.sent) for record in store.records()]
            took = max(end for _, end in times) - min(start for start, _ in times)
            shares[parallel] = CALLS * LATENCY / parallel / took
    answer(
        bench="makespan",
        parallel_50=round(shares[50], 3),
        parallel_500=round(shares[500], 3),
        must=[0.95, 0.75],
        aim=[0.98, 0.85],
    )


if __name__ == "__main__":
    main()
