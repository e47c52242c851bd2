"""Which models the games tie together, against scipy's graph search."""

import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components

from asynceval.stats.connectivity import islands, strong_components


@pytest.mark.parametrize("seed", range(10))
def test_against_scipy(seed: int) -> None:
    """Strong components and islands are those of the graph of wins."""
    dice = np.random.default_rng(seed)
    wins = np.where(dice.random((12, 12)) < 0.11, 1.0, 0.0)
    for found, connection in ((strong_components(wins), "strong"), (islands(wins), "weak")):
        _, labels = connected_components(wins, connection=connection)
        assert ((found[:, None] == found) == (labels[:, None] == labels)).all()


def test_a_long_chain_of_wins_is_followed_to_its_end() -> None:
    """A circle of 50 models is one component, a line of them 50."""
    circle = np.roll(np.eye(50), 1, axis=1)
    assert not strong_components(circle).any()
    line = np.triu(circle)
    assert strong_components(line).tolist() == list(range(50))
    assert not islands(line).any()
