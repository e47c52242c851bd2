"""Play seeds: one with its course, or with `FROM-TO` many with what was wrong only."""

import sys

from tests.engine.simulation.play import play

first, _, last = sys.argv[1].partition("-")
for seed in range(int(first), int(last or first) + 1):
    played = play(seed)
    if not last:
        print(played.scene, *played.course, sep="\n")  # noqa: T201
    for wrong in played.wrong:
        print(f"seed {seed}: {wrong}")  # noqa: T201
print("played")  # noqa: T201
