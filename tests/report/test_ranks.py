"""Ranks: what may be said of the order of models, and what may not."""

import numpy as np
import pytest

from asynceval.cli.rank_cells import ranks_of
from asynceval.report.ranks import Rank, ranked
from asynceval.stats.spots import Spot

QUESTIONS = [f"q{number}" for number in range(40)]


def drawn(*means: float) -> dict[str, list[tuple[Spot, float]]]:
    """Return scores of models with these means, each question as hard for all."""
    dice = np.random.default_rng(3)
    hard = dice.normal(0, 2, len(QUESTIONS))
    return {
        f"m{number}": [
            (Spot(q), float(mean + hard[i] + dice.normal(0, 0.5))) for i, q in enumerate(QUESTIONS)
        ]
        for number, mean in enumerate(means)
    }


def test_models_that_are_told_apart_have_one_rank_each() -> None:
    """A paired difference is found where intervals of the means overlap by far."""
    found = ranked(drawn(7, 6, 5))
    assert found == {"m0": Rank(1, 1, (1,)), "m1": Rank(2, 2, (2,)), "m2": Rank(3, 3, (3,))}


def test_models_that_are_not_told_apart_share_ranks_and_a_group() -> None:
    """Two alike models share places 2 and 3, and the group of both."""
    found = ranked(drawn(8, 6, 6))
    assert found["m0"] == Rank(1, 1, (1,))
    assert found["m1"] == found["m2"] == Rank(2, 3, (2,))


def test_few_questions_tell_nobody_apart() -> None:
    """Three questions allow every order, whatever the means are."""
    found = ranked({model: rows[:3] for model, rows in drawn(9, 5, 1).items()})
    assert set(found.values()) == {Rank(1, 3, (1,))}


def test_alike_models_are_seldom_told_apart() -> None:
    """In one sweep of twenty at most, though turns depend on each other, and the harder one gets lost with some."""
    dice = np.random.default_rng(5)
    found = 0
    for _ in range(400):
        hard = dice.normal([7, 4], 1, (12, 2))
        scores = hard + dice.normal(0, 1, (4, 12, 1)) + dice.normal(0, 0.5, (4, 12, 2))
        is_lost = dice.random((4, 12, 2)) < np.array([0.6, 0.3, 0, 0])[:, None, None] * [0, 1]
        rows = {
            f"m{model}": [
                (Spot(f"q{q}", turn), float(scores[model, q, turn]))
                for q, turn in np.argwhere(~is_lost[model]).tolist()
            ]
            for model in range(4)
        }
        found += set(ranked(rows).values()) != {Rank(1, 4, (1,))}
    assert found / 400 < 0.07


def test_more_models_ask_for_more() -> None:
    """Six questions that all say the same have p = 1/32: enough for two models, too little for three pairs."""
    scores = {f"m{n}": [(Spot(q), 9.0 - n) for q in QUESTIONS[:6]] for n in range(3)}
    two = {model: scores[model] for model in ("m0", "m1")}
    assert ranked(two) == {"m0": Rank(1, 1, (1,)), "m1": Rank(2, 2, (2,))}
    assert set(ranked(scores).values()) == {Rank(1, 3, (1,))}


def test_a_model_without_a_score_has_no_rank() -> None:
    """It stands beside the others and takes no place from them."""
    assert ranked({"a": [(Spot("q"), 1.0)], "b": []}) == {"a": Rank(1, 1, (1,))}
    assert ranked({}) == {}


def test_a_long_leaderboard_is_paired_as_well() -> None:
    """Beyond 50 models Student's t finds what intervals of the means would not: a point in sixty."""
    found = ranked(drawn(*(60 - number for number in range(60))))
    assert [(its.best, its.worst) for its in found.values()] == [(n, n) for n in range(1, 61)]


def test_lost_turns_rank_nobody_however_many_models_there_are() -> None:
    """Sixty alike ones, half of which lack the harder turn of some questions."""
    scores = {
        f"m{number}": [
            (Spot(q, turn), 10.0 - 4 * turn + place % 2)
            for place, q in enumerate(QUESTIONS)
            for turn in (1, 2)
            if turn == 1 or number % 2 or place < 20
        ]
        for number in range(60)
    }
    assert set(ranked(scores).values()) == {Rank(1, 60, (1,))}


@pytest.mark.parametrize(
    ("rank", "cell"),
    [
        (Rank(1, 1, (1,)), "1 a"),
        (Rank(2, 5, (1, 2)), "2–5 ab"),
        (Rank(2, 9, (2, 3, 4, 5, 6)), "2–9 b–f"),
        (Rank(2, 9, (1, 3, 4, 6)), "2–9 acdf"),
        (Rank(2, 9, (1, 3, 4, 5, 7)), "2–9 a,c–e,g"),
        (Rank(30, 31, (27,)), "30–31 aa"),
        (Rank(30, 31, (26, 27, 53)), "30–31 z,aa,ba"),
        (None, "-"),
    ],
)
def test_ranks_in_cells(rank: Rank | None, cell: str) -> None:
    """A range of places, and letters that name no group which the model is not in."""
    assert ranks_of(rank) == cell
