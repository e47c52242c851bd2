"""Real pairwise judgments: wins, ties and win rates are those that FastChat shows."""

import json

import pytest

from asynceval.stats.outcomes import Screen, pair_outcome, record
from asynceval.stats.position_bias import position_bias
from tests.real_files import MT_BENCH, needs_mt_bench

pytestmark = needs_mt_bench


def screens(row: dict[str, str]) -> tuple[Screen, Screen]:
    """Return the verdicts of both games as the judge saw them: game 2 shows model 2 as A."""
    first: dict[str, Screen] = {"model_1": "A", "model_2": "B", "tie": "tie"}
    second: dict[str, Screen] = {"model_1": "B", "model_2": "A", "tie": "tie"}
    return first[row["g1_winner"]], second[row["g2_winner"]]


def test_a_model_wins_what_both_games_give_it() -> None:
    """Counted by FastChat's rule on the winners' names: equal winners win, all else is a tie."""
    lines = (MT_BENCH / "model_judgment/gpt-4_pair.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    pairs = [screens(row) for row in rows]
    found = record(
        (str(row["question_id"]), pair_outcome(*pair))
        for row, pair in zip(rows, pairs, strict=True)
    )
    same = [row["g1_winner"] for row in rows if row["g1_winner"] == row["g2_winner"]]
    win, loss = same.count("model_1"), same.count("model_2")
    tie = len(rows) - win - loss
    assert (win, loss, tie) == (2, 3, 5)
    assert (found.win, found.loss, found.tie, found.dropped) == (win, loss, tie, 0)
    assert found.adjusted is not None
    assert found.adjusted.value == pytest.approx((win + tie / 2) / len(rows), abs=1e-9)
    assert position_bias(pairs).consistent == len(same)
    assert position_bias(pairs).n == len(rows)
