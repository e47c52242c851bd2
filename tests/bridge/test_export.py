"""FastChat's files out: what was imported comes back, and what the run asked is in their layout."""

from pathlib import Path

import orjson
import pytest

from asynceval.bridge.intake import take_in
from asynceval.bridge.outlet import write_out
from asynceval.domain.cell import Cell
from asynceval.domain.errors import ConfigError
from asynceval.domain.question import Question
from asynceval.domain.reply import Reply
from asynceval.domain.sweep import Endpoint, Judge, Sweep, Target
from asynceval.prompts.templates import builtin
from asynceval.protocol.conversation import Plan, conversation
from asynceval.protocol.pairs import Meeting, Pairs, step
from asynceval.store import request
from asynceval.store.line import Record
from asynceval.store.store import Store
from tests.bridge.folder import answer, pair, question, rows, single, write

ODD = {
    "question.jsonl": [question(81) | {"reference": ["r1", "r2"], "note": 1}, question(2)],
    "reference_answer/gpt-4.jsonl": [answer(81, "gpt-4", "r", "s")],
    "model_answer/a.jsonl": [
        answer(81, "a", "old", "older"),
        answer(81, "another", "one", "$ERROR$", choices_more=[1]),
        answer(2, "a", None, "two", tstamp="yesterday"),
    ],
    "model_answer/org/b.jsonl": [
        answer(81, "b", "x", "y")
        | {"choices": [{"index": 0, "turns": ["x", "y"]}, {"index": 1, "turns": ["z", ""]}]}
    ],
    "model_judgment/gpt-4_single.jsonl": [
        single(81, "a", "Rating: [[7]]", 7),
        single(81, "a", "Rating: [[7]]", 7, tstamp=1700000008.0),
        single(81, "a", "Rating: [[1]]", 1, user_prompt="Another.", tstamp=1700000009.0),
        single(2, "nobody", "$ERROR$", -1),
        single(2, "a", None, 4.5),
        single(2, "b", "[[3]]", 9, extra={"deep": [None]}),
    ],
    "model_judgment/gpt-4_pair.jsonl": [
        pair(81, "a", "org/b", ("model_1", "tie"), ("[[A]]", "[[C]]")),
        pair(2, "org/b", "a", ("error", "model_2"), ("$ERROR$", "[[A]]")),
        pair(2, "a", "org/b", ("model_2", "model_2"), ("[[7,9]]", "[[9,7]]")),
    ],
}


def test_a_round_trip_gives_back_every_row(tmp_path: Path) -> None:
    """Every field of every row that is a row, with all oddities."""
    source = write(tmp_path / "data", ODD)
    take_in(source, tmp_path / "run")
    write_out(tmp_path / "run", tmp_path / "out")
    assert rows(tmp_path / "out") == rows(source)


def test_texts_are_in_the_log_and_not_beside_it_too(tmp_path: Path) -> None:
    """What is kept beside the log are the other fields."""
    words = "Said once. Rating: [[7]]"
    source = write(tmp_path / "data", {"model_judgment/j_single.jsonl": [single(1, "a", words, 7)]})
    take_in(source, tmp_path / "run")
    assert words.encode() in (tmp_path / "run/calls-1.jsonl").read_bytes()
    assert words.encode() not in (tmp_path / "run/fastchat.jsonl").read_bytes()


def test_an_export_goes_into_an_empty_folder_only(tmp_path: Path) -> None:
    """Rows are never mixed with those of others."""
    take_in(write(tmp_path / "data", ODD), tmp_path / "run")
    with pytest.raises(ConfigError, match="name a folder that is new or empty"):
        write_out(tmp_path / "run", tmp_path / "data")


def _put(store: Store, cell: Cell, key: bytes, text: str) -> Reply:
    reply = Reply(text)
    if store.get(key) is None:
        store.put(Record(key, cell, reply, 1700000000.5, 0.0, 0.0, 1))
    return reply


def _run(folder: Path, ids: tuple[str, ...], models: tuple[str, ...], words: str) -> None:
    """Make a run of our own in which every judge says the same."""
    judges = (
        Judge("gpt/4", "e", "gpt-4", reasks=0),
        Judge("pairs", "e", "gpt-4", mode="pairwise-all"),
    )
    targets = tuple(Target(name, "e", name) for name in models)
    sweep = Sweep("ours", (Endpoint("e", "http://127.0.0.1:1/v1"),), targets, judges)
    questions = tuple(Question(name, "math", ("q1", "q2"), ("r1", "r2")) for name in ids)
    plan = Plan(sweep, questions, builtin())
    folder.mkdir()
    request.write(folder, plan)
    with Store(folder, write=True) as store:
        for asked in questions:
            for target in targets:
                steps = conversation(plan, asked, target, 0)
                found = next(steps)
                while True:
                    cell = found.cell
                    text = f"{target.name} {cell.turn}" if cell.judge is None else words
                    try:
                        found = steps.send(_put(store, cell, found.call.key(), text))
                    except StopIteration:
                        break
            for one, other in Pairs(plan).all():
                for turn in (1, 2):
                    texts = {
                        name: [f"{name} {n}" for n in range(1, turn + 1)] for name in (one, other)
                    }
                    for cell in Pairs(plan).cells(asked, Meeting(turn, 0, (one, other))):
                        game = step(plan, asked, cell, texts, ())
                        _put(store, cell, game.call.key(), "Verdict: [[A]]")


def _read(path: Path) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def test_a_run_of_our_own_becomes_files_in_fastchats_layout(tmp_path: Path) -> None:
    """Types, order, names and winners are what FastChat's tools expect."""
    _run(tmp_path / "run", ("10", "9"), ("org/b", "a"), "Rating: [[7]]")
    written, notes = write_out(tmp_path / "run", tmp_path / "out")
    out = tmp_path / "out"
    assert [row["question_id"] for row in _read(out / "question.jsonl")] == [9, 10]
    answers = _read(out / "model_answer/a.jsonl")
    assert [row["question_id"] for row in answers] == [9, 10]
    assert answers[0]["model_id"] == "a"
    assert answers[0]["choices"] == [{"index": 0, "turns": ["a 1", "a 2"]}]
    (name,) = (n for n in written if n.startswith("model_answer/org-b-"))
    judged = _read(next((out / "model_judgment").glob("gpt-4-*_single.jsonl")))
    assert len(judged) == 8
    assert {row["score"] for row in judged} == {7}
    assert {type(row["score"]) for row in judged} == {int}
    assert {str(row["model"]) for row in judged} == {"a", Path(name).stem}
    games = _read(out / "model_judgment/pairs_pair.jsonl")
    assert len(games) == 4
    assert {(row["g1_winner"], row["g2_winner"]) for row in games} == {("model_1", "model_2")}
    assert {row["turn"] for row in games} == {1, 2}
    assert _read(out / "reference_answer/pairs.jsonl")[0]["choices"] == [
        {"index": 0, "turns": ["r1", "r2"]}
    ]
    assert any(note.startswith("org/b is called org-b-") for note in notes)


def test_a_judgment_without_a_score_is_exported_as_fastchat_records_it(tmp_path: Path) -> None:
    """Its score is -1."""
    _run(tmp_path / "run", ("9",), ("a", "b"), "I cannot say.")
    write_out(tmp_path / "run", tmp_path / "out")
    (path,) = (tmp_path / "out/model_judgment").glob("*_single.jsonl")
    assert {row["score"] for row in _read(path)} == {-1}


def test_ids_that_are_no_numbers_are_texts_and_told(tmp_path: Path) -> None:
    """FastChat sorts by id, which needs one type."""
    _run(tmp_path / "run", ("9", "x"), ("a", "b"), "Rating: [[7]]")
    _, notes = write_out(tmp_path / "run", tmp_path / "out")
    assert [row["question_id"] for row in _read(tmp_path / "out/question.jsonl")] == ["9", "x"]
    assert any("question ids are texts" in note for note in notes)


def test_an_exported_run_can_be_imported_with_the_same_rows(tmp_path: Path) -> None:
    """Out, in and out again changes nothing."""
    _run(tmp_path / "run", ("9", "10"), ("a", "b"), "Rating: [[7]]")
    write_out(tmp_path / "run", tmp_path / "once")
    take_in(tmp_path / "once", tmp_path / "again")
    write_out(tmp_path / "again", tmp_path / "twice")
    assert rows(tmp_path / "twice") == rows(tmp_path / "once")
