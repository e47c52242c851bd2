"""Writes the request bodies of a finished run, one a line, for the bare client to send again.

Usage: bodies.py RUN FILE
"""

import sys
from pathlib import Path

from asynceval.protocol.walk import walk
from asynceval.providers.kinds import provider
from asynceval.store.request import read
from asynceval.store.store import Store


def main(run: Path, file: Path) -> None:
    """Walk the run's plan and write the body of every call."""
    plan = read(run)
    with Store(run, write=False) as store, file.open("wb") as out:
        for target in plan.sweep.targets:
            asked = provider(plan.sweep.endpoint(target.endpoint))
            for question, choice in plan.conversations():
                for found in walk(plan, question, target, choice, store.get):
                    out.write(asked.body(found.step.call) + b"\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
