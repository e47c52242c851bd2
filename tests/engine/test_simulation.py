"""Check whole runs on virtual time against servers and disks that fail in every way."""

import os
import subprocess
import sys

import pytest

from tests.engine.simulation.play import play

SEEDS = 1000
CHUNK = 50


@pytest.mark.parametrize("start", range(0, SEEDS, CHUNK))
def test_every_seed_keeps_every_rule(start: int) -> None:
    """One outcome for each cell, nothing leaked, no limit exceeded, every wait kept."""
    for seed in range(start, start + CHUNK):
        wrong = play(seed).wrong
        assert not wrong, f"python -m tests.engine.simulation {seed}: {wrong[:5]}"


@pytest.mark.parametrize("seed", range(20))
def test_the_same_seed_takes_the_same_course(seed: int) -> None:
    """A seed that fails can be played again: everything happens at the same time in the same order."""
    assert play(seed).trace == play(seed).trace


def test_another_process_plays_the_same_course() -> None:
    """A seed that failed elsewhere fails here: nothing hangs on the order of a set."""
    traces = {_elsewhere(hash_seed) for hash_seed in ("1", "2")}
    assert len(traces) == 1


def _elsewhere(hash_seed: str) -> bytes:
    command = (
        "from tests.engine.simulation.play import play; print([play(n).trace for n in range(9)])"
    )
    return subprocess.run(
        [sys.executable, "-c", command],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        check=True,
    ).stdout
