"""How much CPU does `asynceval --help` take?"""

import sys
from pathlib import Path

from bench.rig import answer, spend

ROUNDS = 10


def main() -> None:
    """Take the least of a few rounds, against an interpreter that does nothing."""
    here = Path.cwd()
    ours, nothing = (
        min(spend([sys.executable, *words], here).cpu for _ in range(ROUNDS))
        for words in (("-m", "asynceval", "--help"), ("-c", "pass"))
    )
    answer(
        bench="startup",
        seconds=round(ours, 3),
        over_bare_python=round(ours / nothing, 1),
        must=0.2,
        aim=0.12,
    )


if __name__ == "__main__":
    main()
