"""How long does a small run take, from the command to its end?

80 questions of 4 calls at parallel 50 and 200 ms latency: the calls alone take 7 rounds of 200 ms.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from bench.rig import answer, questions, simulator, spend, sweep

ROUNDS = 5
CALLS_ALONE = 1.4


def main() -> None:
    """Measure the whole process a few times and take the middle one."""
    with TemporaryDirectory() as name, simulator("--latency", "0.2") as url:
        folder = Path(name)
        file = questions(folder / "questions.jsonl", 80)
        walls = sorted(
            spend(sweep(url, file, f"run-{number}", 50), folder).wall for number in range(ROUNDS)
        )
    wall = walls[ROUNDS // 2]
    answer(
        bench="small_run",
        seconds=round(wall, 2),
        over_calls_alone=round(wall / CALLS_ALONE, 2),
        must=2.2,
        aim=1.9,
    )


if __name__ == "__main__":
    main()
