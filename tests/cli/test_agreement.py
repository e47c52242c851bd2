"""`asynceval agreement`: people and judges on the same items, by the rules of the MT-Bench paper."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from asynceval.cli.main import main
from tests.cli.test_compare import run_directory
from tests.real_files import MT_BENCH, needs_mt_bench
from tests.report.scene import plan

Row = dict[str, Any]


def vote(judge: object, winner: str, question: int = 1, turn: int = 1, **fields: object) -> Row:
    models = {"model_a": "a", "model_b": "b"}
    return {
        "question_id": question,
        "turn": turn,
        **models,
        "judge": judge,
        "winner": winner,
    } | fields


def pair(winners: tuple[str, str], question: int = 1, turn: int = 1) -> Row:
    """Return a row of a judge's file of pairs, of b and a."""
    return {
        "question_id": question,
        "model_1": "b",
        "model_2": "a",
        "g1_winner": winners[0],
        "g2_winner": winners[1],
        "judge": ["gpt-4", "pair-v2"],
        "turn": turn,
    }


def write(path: Path, rows: list[Row], *, is_array: bool = False) -> str:
    text = json.dumps(rows) if is_array else "".join(json.dumps(row) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8")
    return str(path)


def called(human: str, judgments: str, *words: str) -> Result:
    command = ["agreement", "--human", human, "--judgments", judgments, *words]
    return CliRunner().invoke(main, command, catch_exceptions=False)


def figures(result: Result) -> dict[tuple[int, str, str], tuple[int, int]]:
    """Return (agree, total) by turn, setup and judges."""
    assert result.exit_code == 0, result.stderr
    return {
        (row["turn"], row["setup"], "/".join(row["judges"])): (row["agree"], row["total"])
        for row in json.loads(result.stdout)
    }


PEOPLE = [
    vote("expert_1", "model_a"),
    vote("expert_2", "model_a"),
    vote("expert_3", "tie (inconsistent)"),
    vote("author_1", "model_b"),
    vote("expert_1", "model_b", model_a="b", model_b="a", question=2),  # that is a
    vote("expert_1", "model_b", turn=2),
]
PAIRS = [
    pair(("model_2", "model_2")),  # a
    pair(("model_1", "model_2"), question=2),  # a tie, as the winners differ
    pair(("model_1", "model_1"), turn=2),  # b
    pair(("error", "model_1"), question=3),
]


@pytest.mark.parametrize("is_array", [False, True], ids=["lines", "array"])
def test_both_setups_by_turn(tmp_path: Path, *, is_array: bool) -> None:
    """S1 counts ties as a verdict, S2 leaves out what has one; who is a and who b is arbitrary."""
    human = write(tmp_path / "votes.json", PEOPLE, is_array=is_array)
    result = called(human, write(tmp_path / "gpt-4_pair.jsonl", PAIRS), "--json")
    assert figures(result) == {
        (1, "S1", "gpt-4-pair/human"): (2, 4),
        (1, "S2", "gpt-4-pair/human"): (2, 2),
        (1, "S1", "human/human"): (1, 3),
        (1, "S2", "human/human"): (1, 1),
        (2, "S1", "gpt-4-pair/human"): (1, 1),
        (2, "S2", "gpt-4-pair/human"): (1, 1),
    }
    rows = json.loads(result.stdout)
    kappas = {"/".join(row["judges"]): row["kappa"] for row in rows if row["setup"] == "S1"}
    assert kappas["human/human"] is None
    first = next(row for row in rows if row["judges"] == ["gpt-4-pair", "human"])
    # Half agree; by the shares of both sides, 3/4 and 1/4, chance alone agrees in 5/8.
    assert first["kappa"] == pytest.approx((4 / 8 - 5 / 8) / (3 / 8))
    assert rows[0]["ratio"] == 0.5
    assert rows[0]["ci"][0] <= 0.5 <= rows[0]["ci"][1]
    assert "left out votes of authors, who are no independent people: 1" in result.stderr
    assert "left out pairs in which a game has no verdict: 1" in result.stderr


def test_scores_are_turned_into_winners(tmp_path: Path) -> None:
    """The higher score wins, equal ones tie, and a score of -1 says nothing."""
    scores = {"a": 8, "b": 7.5, "c": 8, "d": -1}
    rows: list[Row] = [
        {
            "question_id": 1,
            "model": model,
            "judge": ["gpt-4", "single-v1"],
            "turn": 1,
            "score": score,
        }
        for model, score in scores.items()
    ]
    people = [
        vote("expert_1", "model_a"),
        vote("expert_1", "tie", model_b="c"),
        vote("expert_1", "model_b", model_a="c", model_b="b"),
        vote("expert_1", "model_a", model_b="d"),
    ]
    file = write(tmp_path / "gpt-4_single.jsonl", rows)
    found = figures(called(write(tmp_path / "votes.jsonl", people), file, "--json"))
    assert found[1, "S1", "gpt-4-single/human"] == (2, 3)
    assert found[1, "S2", "gpt-4-single/human"] == (1, 2)


def test_nobody_is_compared_with_the_own_vote(tmp_path: Path) -> None:
    """A second vote of a person replaces the first, and authors count on neither side."""
    cast = [
        vote("expert_1", "model_a"),
        vote("expert_1", "model_b"),
        vote("expert_2", "model_b"),
        vote("author_1", "model_b"),
    ]
    file = write(tmp_path / "votes.jsonl", cast)
    result = called(file, file, "--json")
    found = figures(result)
    assert found[1, "S1", "human/human"] == (1, 1)
    assert found[1, "S1", "expert_1/human"] == found[1, "S1", "expert_2/human"] == (1, 1)
    assert not any("author" in judges for _, _, judges in found)
    assert "left out votes that a later one of the same person replaces: 1" in result.stderr


def test_what_a_judge_gives_its_own_family_beyond_people(tmp_path: Path) -> None:
    """By it gpt-x wins, ties and wins against claude-y; by people it loses, ties and wins."""
    people = [
        vote("expert_1", winner, question=number, model_a="claude-y", model_b="gpt-x")
        for number, winner in enumerate(("model_a", "tie", "model_b"))
    ]
    said = [
        vote("gpt-4", winner, question=number, model_a="claude-y", model_b="gpt-x")
        for number, winner in enumerate(("model_b", "tie", "model_b"))
    ]
    human = write(tmp_path / "people.jsonl", people)
    judge = write(tmp_path / "judge.jsonl", said)
    rows = {row["setup"]: row for row in json.loads(called(human, judge, "--json").stdout)}
    gain = rows["S1"]["own_family_gain"]
    assert (gain["value"], gain["n"]) == (pytest.approx(1 / 3), 3)
    assert rows["S2"]["own_family_gain"]["value"] == pytest.approx(1 / 2)
    text = " ".join(called(human, judge).stdout.split())
    assert "gpt-4 gives its own family +33.3 percentage points of win rate" in text
    for row in (*people, *said):
        row["model_b"] = "claude-z"
    human, judge = (write(tmp_path / f, rows) for f, rows in (("p", people), ("j", said)))
    assert {
        row["own_family_gain"] for row in json.loads(called(human, judge, "--json").stdout)
    } == {None}


def test_a_run_has_categories_and_several_judges(tmp_path: Path) -> None:
    """Each judge of a run is compared with people, and with the other and by category if asked for."""
    what = plan(("a", "b"), ("j1", "j2"), questions=3)
    run = run_directory(
        tmp_path / "run",
        what,
        lambda cell: 6 + ((cell.target == "a") == (cell.judge == "j1" or cell.question != "q1")),
    )
    people = [vote("expert_1", "model_a", turn=1) | {"question_id": f"q{n}"} for n in range(3)]
    human = write(tmp_path / "votes.jsonl", people)
    assert not any("j1/j2" in key for key in figures(called(human, str(run), "--json")))
    found = figures(called(human, str(run), "--json", "--among-judges"))
    assert found[1, "S1", "j1/human"] == (3, 3)
    assert found[1, "S1", "j2/human"] == (2, 3)
    assert found[1, "S1", "j1/j2"] == (2, 3)
    assert found[2, "S1", "j1/j2"] == (2, 3)
    rows = json.loads(called(human, str(run), "--json", "--by", "category").stdout)
    parts = {r["category"]: r["ratio"] for r in rows if r["judges"] == ["j2", "human"]}
    assert parts == {"math": 0, "writing": 1}
    pairs = json.loads(called(human, str(run), "--json", "--by", "pair").stdout)
    assert {row["pair"] for row in pairs} == {"a / b"}
    text = called(human, str(run)).stdout
    assert "j2 / human" in text
    assert "66.7 %" in text


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", ":1: column 2: not JSON"),
        ('{"question_id": 1}', ":1: is no vote and no judgment: lacks 'winner'"),
        ('[1, {"a": 2}]', ":1: must be a JSON object with a vote"),
        ("[", "is no JSON array"),
        (
            json.dumps(vote("expert_1", "model_c")),
            "the winner is model_c, and must be model_a, model_b or tie",
        ),
        (json.dumps(vote("expert_1", "tie") | {"turn": "one"}), "turn must be a whole number"),
        (json.dumps(vote("author_1", "tie")), "holds no vote of people"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(tmp_path: Path, content: str, told: str) -> None:
    """A file that holds no votes is a usage error with its line."""
    file = tmp_path / "votes.json"
    file.write_text(content)
    result = called(str(file), write(tmp_path / "pairs.jsonl", PAIRS))
    assert result.exit_code == 2
    assert told in result.stderr


def test_a_file_tells_no_categories(tmp_path: Path) -> None:
    """Asked for categories without a run, the command says what it needs."""
    result = called(
        write(tmp_path / "v.jsonl", PEOPLE), write(tmp_path / "p.jsonl", PAIRS), "--by", "category"
    )
    assert result.exit_code == 2
    assert "--by category needs a run" in result.stderr


@needs_mt_bench
def test_real_votes() -> None:
    """The public votes are read: authors do not count, and three pairs of experts agree."""
    files = MT_BENCH / "human_votes_sample.jsonl", MT_BENCH / "model_judgment/gpt-4_pair.jsonl"
    result = called(*map(str, files), "--json")
    assert figures(result)[1, "S1", "human/human"] == (3, 3)
    assert "left out votes of authors, who are no independent people: 2" in result.stderr
