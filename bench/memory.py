"""How much memory does a sweep take, and how much more does each further question?

Peak of the whole process at 2000 questions and parallel 500; growth between 2000 and 16,000 questions.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from bench.rig import answer, questions, simulator, spend, sweep

SIZES = (2000, 16_000)


def main() -> None:
    """Run both sizes and compare their peaks."""
    with TemporaryDirectory() as name, simulator("--latency", "0.2") as url:
        folder = Path(name)
        small, large = (
            spend(
                sweep(url, questions(folder / f"{size}.jsonl", size), f"run-{size}", 500), folder
            ).peak_mb
            for size in SIZES
        )
    growth = (large - small) * 1024 / (SIZES[1] - SIZES[0])
    answer(
        bench="memory",
        peak_mb=round(small, 1),
        kb_a_question=round(growth, 2),
        must=[120, 2],
        aim=[90, 0.5],
    )


if __name__ == "__main__":
    main()
