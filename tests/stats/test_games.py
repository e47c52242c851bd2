"""Games as columns: who beat whom, condensed and among some."""

import numpy as np

from asynceval.stats.games import games

ROWS = [
    ("q1", "x", "y", 1.0),
    ("q1", "y", "x", 0.5),
    ("q2", "x", "y", 0.0),
    ("q2", "z", "x", 1.0),
]


def test_wins_by_hand() -> None:
    """A tie is half a win for both; a model that is named and did not play has none."""
    found = games(ROWS, models=("w", "x"))
    assert found.models == ("w", "x", "y", "z")
    assert found.wins().tolist() == [[0, 0, 0, 0], [0, 0, 1.5, 0], [0, 1.5, 0, 0], [0, 1, 0, 0]]
    assert (len(found), found.questions) == (4, 2)


def test_other_weights_stand_in_for_the_games_own() -> None:
    """As a bootstrap draws them."""
    found = games(ROWS)
    assert found.wins(np.array([2.0, 0, 0, 3]))[0].tolist() == [0, 2, 0]
    assert found.wins(np.array([2.0, 0, 0, 3]))[2].tolist() == [3, 0, 0]


def test_condensed_games_count_the_same() -> None:
    """One row for a question and two models, whichever is first, and the same wins by question."""
    found = games(ROWS)
    short = found.condensed()
    assert len(short) == 3
    for question in range(2):
        mask = found.question == question
        assert np.allclose(
            short.wins(short.weight * (short.question == question)), found.wins(mask * 1.0)
        )


def test_among_some_models() -> None:
    """Only their own games stay, under their new places."""
    found = games(ROWS).among(np.array([1, 0]))
    assert found.models == ("y", "x")
    assert found.wins().tolist() == [[0, 1.5], [1.5, 0]]
    assert len(games(ROWS).among(np.array([1, 2]))) == 0
