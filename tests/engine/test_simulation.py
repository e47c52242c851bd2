"""Check whole runs on virtual time against servers that fail in every way."""

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
