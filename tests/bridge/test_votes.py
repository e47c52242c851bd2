"""Votes: who of a file are people and who are judges, and what both games of a pair come to."""

from pathlib import Path

import orjson

from asynceval.bridge.votes import Votes, read_votes
from asynceval.stats.agreement import Item

ITEM = Item("1", 1, "a", "b")


def test_a_judge_among_people_is_no_person(tmp_path: Path) -> None:
    """A list in the place of a name tells a model, whose verdict is no vote."""
    file = tmp_path / "votes.jsonl"
    rows = [
        {"question_id": 1, "turn": 1, "model_a": "a", "model_b": "b", "judge": judge, "winner": w}
        for judge, w in (("expert_1", "model_a"), (["gpt-4", "pair-v2"], "model_b"))
    ]
    file.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    votes = Votes()
    read_votes(file, votes, of_people=True)
    assert votes.people == {ITEM: {"expert_1": "first"}}
    assert votes.judges == {"gpt-4-pair": {ITEM: "second"}}
