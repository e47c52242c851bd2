"""FastChat's files in: every row becomes cells of the run, or is told of with file and line."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from asynceval.bridge.account import Account
from asynceval.bridge.intake import take_in
from asynceval.domain.errors import ConfigError
from asynceval.report.document import document
from asynceval.report.outcomes import Outcome, outcomes, read_causes
from asynceval.report.summary import summarise
from asynceval.store import request
from asynceval.store.store import Store
from tests.bridge.folder import answer, pair, question, single, write


def report(run: Path) -> dict[str, Any]:
    """Return the JSON report of a run."""
    plan = request.read(run)
    with Store(run, write=False) as store:
        return document(plan, summarise(plan, outcomes(plan, store, read_causes(run))))


def found(run: Path) -> list[Outcome]:
    """Return what all cells of a run came to."""
    plan = request.read(run)
    with Store(run, write=False) as store:
        return list(outcomes(plan, store, read_causes(run)))


def told(account: Account) -> str:
    """Return the oddities of an import as the user sees them."""
    return "\n".join(line for oddity in account.oddities() for line in oddity.lines())


def averages(run: Path) -> Iterator[tuple[str, float | None, int]]:
    """Yield each model with its average and the number of scores."""
    for row in report(run)["single"]:
        yield row["model"], row["average"], row["n"]


def test_answers_and_judgments_become_cells_of_an_ordinary_run(tmp_path: Path) -> None:
    """The report finds both, and what was imported costs nothing."""
    source = write(
        tmp_path / "data",
        {
            "question.jsonl": [question(81), question(82)],
            "model_answer/small.jsonl": [
                answer(81, "small", "one", "two"),
                answer(82, "small", "three", "four"),
            ],
            "model_judgment/gpt-4_single.jsonl": [
                single(81, "small", "Rating: [[7]]", 7),
                single(81, "small", "Rating: [[4]]", 4, turn=2),
                single(82, "small", "Rating: [[10]]", 10),
            ],
        },
    )
    account = take_in(source, tmp_path / "run")
    assert told(account) == ""
    assert account.taken == {"questions": 2, "answers": 4, "judgments": 3}
    whole = report(tmp_path / "run")
    assert [(row["judge"], row["model"], row["average"]) for row in whole["single"]] == [
        ("gpt-4_single", "small", 7.0)
    ]
    assert [(row["model"], row["n"], row["expected"]) for row in whole["answers"]] == [
        ("small", 4, 4)
    ]
    assert whole["coverage"]["expected"] == whole["coverage"]["scored"] == 3
    assert whole["cost"] == {"usd": None, "models": []}  # it was paid for elsewhere


def test_judgments_are_reported_without_answers_and_without_questions(tmp_path: Path) -> None:
    """A file of judgments alone is enough for a report."""
    source = write(
        tmp_path / "data",
        {
            "model_judgment/gpt-4_single.jsonl": [
                single(1, "a", "[[2]]", 2),
                single(1, "a", "[[4]]", 4, turn=2),
                single(2, "b", "[[9]]", 9),
            ]
        },
    )
    take_in(source, tmp_path / "run")
    assert list(averages(tmp_path / "run")) == [("b", 9.0, 1), ("a", 3.0, 2)]
    assert report(tmp_path / "run")["answers"] == []


def test_a_row_that_cannot_be_used_is_named_with_file_and_line(tmp_path: Path) -> None:
    """Torn lines, rows without an id and odd types are counted, and stop nothing."""
    source = write(
        tmp_path / "data",
        {
            "question.jsonl": [question(81)],
            "model_judgment/gpt-4_single.jsonl": [
                single(81, "a", "[[5]]", 5),
                b'{"question_id": 81, "model": "a", "judg',
                {"model": "a", "judgment": "[[5]]", "score": 5},
                single(81, "a", "[[5]]", 5, turn="two"),
                single(81, "a", "[[5]]", 5, turn=2),
            ],
        },
    )
    words = told(take_in(source, tmp_path / "run"))
    assert "model_judgment/gpt-4_single.jsonl: 3 rows: cannot be used: left out" in words
    assert "gpt-4_single.jsonl:2: column" in words
    assert "gpt-4_single.jsonl:3: question_id: must be a whole number or a text" in words
    assert "gpt-4_single.jsonl:4: turn: must be a whole number from 1" in words
    assert list(averages(tmp_path / "run")) == [("a", 5.0, 2)]


def test_failed_calls_are_missing_answers_and_failed_judgments(tmp_path: Path) -> None:
    """FastChat's error text is never an answer and never words of a judge."""
    source = write(
        tmp_path / "data",
        {
            "question.jsonl": [question(81)],
            "model_answer/a.jsonl": [answer(81, "a", "fine", "$ERROR$")],
            "model_answer/b.jsonl": [answer(81, "b", None, "fine")],
            "model_judgment/gpt-4_single.jsonl": [
                single(81, "a", "$ERROR$", -1),
                single(81, "b", "I cannot say.", -1),
            ],
        },
    )
    words = told(take_in(source, tmp_path / "run"))
    assert "model_answer/a.jsonl: 1 row (line 1): an answer is $ERROR$" in words
    assert "model_answer/b.jsonl: 1 row (line 1): an answer is no text" in words
    assert "1 row (line 1): the judgment is $ERROR$ or missing: counted as failed" in words
    assert "1 row (line 2): score -1: no score in the words, counted as unparsed" in words
    whole = report(tmp_path / "run")
    assert whole["coverage"]["failed"] == 1
    assert whole["coverage"]["unparsed"] == 1
    assert [(row["model"], row["n"], row["expected"]) for row in whole["answers"]] == [
        ("a", 1, 2),
        ("b", 0, 2),
    ]


def test_the_words_count_and_a_score_that_differs_is_told(tmp_path: Path) -> None:
    """A score without words is kept as it is."""
    source = write(
        tmp_path / "data",
        {
            "model_judgment/gpt-4_single.jsonl": [
                single(1, "a", "[[3]]", 8),
                single(2, "b", None, 7.5),
            ]
        },
    )
    words = told(take_in(source, tmp_path / "run"))
    assert "1 row: the recorded score is not that of the words, which count" in words
    assert "gpt-4_single.jsonl:1: recorded 8, read 3" in words
    assert "1 row (line 2): a score without words: kept as it was recorded" in words
    assert list(averages(tmp_path / "run")) == [("b", 7.5, 1), ("a", 3.0, 1)]


def test_of_two_rows_for_one_cell_the_last_wins_unless_they_are_repeats(tmp_path: Path) -> None:
    """The same prompt judged again is a repeat; another prompt replaces; a copy counts once."""
    later = {"tstamp": 1700000009.0}
    source = write(
        tmp_path / "data",
        {
            "model_judgment/gpt-4_single.jsonl": [
                single(1, "again", "[[2]]", 2),
                single(1, "again", "[[6]]", 6, **later),
                single(1, "other", "[[2]]", 2),
                single(1, "other", "[[6]]", 6, user_prompt="Judge a new answer.", **later),
                single(1, "copy", "[[5]]", 5),
                single(1, "copy", "[[5]]", 5),
            ]
        },
    )
    words = told(take_in(source, tmp_path / "run"))
    assert "1 row (line 2): judged again on the same prompt: counted as a repeat" in words
    assert "1 row (line 3): replaced by a later row for the same cell" in words
    assert "1 row (line 5): a copy of a later row" in words
    assert sorted(averages(tmp_path / "run")) == [
        ("again", 4.0, 2),
        ("copy", 5.0, 1),
        ("other", 6.0, 1),
    ]


def test_of_two_answers_to_a_question_the_last_wins(tmp_path: Path) -> None:
    """FastChat appends answers that are made again."""
    source = write(
        tmp_path / "data",
        {
            "question.jsonl": [question(81, turns=1)],
            "model_answer/a.jsonl": [
                answer(81, "a", "old"),
                answer(81, "a", "new", tstamp=1700000009.0),
            ],
        },
    )
    words = told(take_in(source, tmp_path / "run"))
    assert "1 row (line 1): replaced by a later row" in words
    with Store(tmp_path / "run", write=False) as store:
        assert [record.reply.text for record in store.records()] == ["new"]


def test_a_pair_is_two_games_in_the_order_of_its_row(tmp_path: Path) -> None:
    """The second game shows the second model first, so its A is model_2."""
    source = write(
        tmp_path / "data",
        {
            "model_judgment/gpt-4_pair.jsonl": [
                pair(1, "a", "b", ("model_1", "model_1"), ("[[A]]", "[[B]]")),
                pair(2, "b", "a", ("tie", "error"), ("[[C]]", "$ERROR$")),
                pair(3, "a", "b", ("model_2", "model_2"), ("[[7,9]]", "[[9,7]]")),
            ]
        },
    )
    words = told(take_in(source, tmp_path / "run"))
    assert "1 row (line 2): a game is $ERROR$ or missing: counted as failed" in words
    assert "a winner that its words do not name" in words
    assert "is not that of the words" not in words
    games = {
        (o.cell.question, o.cell.target, o.cell.opponent, o.cell.order): getattr(
            o.verdict, "winner", o.cause
        )
        for o in found(tmp_path / "run")
    }
    assert games == {
        ("1", "a", "b", 1): "A",
        ("1", "a", "b", 2): "B",
        ("2", "b", "a", 1): "tie",
        ("2", "b", "a", 2): "server",
        ("3", "a", "b", 1): "B",
        ("3", "a", "b", 2): "A",
    }


def test_a_recorded_winner_that_differs_is_told_and_the_words_count(tmp_path: Path) -> None:
    """The words are what was paid for."""
    rows = [pair(1, "a", "b", ("model_2", "model_1"), ("[[A]]", "[[B]]"))]
    source = write(tmp_path / "data", {"model_judgment/gpt-4_pair.jsonl": rows})
    words = told(take_in(source, tmp_path / "run"))
    assert "gpt-4_pair.jsonl:1: game 1: recorded model_2, read model_1" in words


def test_a_pair_that_was_graded_twice_has_no_turn_and_keeps_its_winner(tmp_path: Path) -> None:
    """Single grading used for pairs: the winner follows from two scores, not from either's words."""
    row = pair(1, "a", "b", ("model_1", "model_1"), ("Rating: [[9]]", "Rating: [[3]]"))
    del row["turn"]
    row |= {"m1_score": 9, "m2_score": 3}
    source = write(tmp_path / "data", {"model_judgment/gpt-4_pair.jsonl": [row]})
    words = told(take_in(source, tmp_path / "run"))
    assert "1 row (line 1): no turn: taken as turn 1" in words
    assert [getattr(o.verdict, "winner", None) for o in found(tmp_path / "run")] == ["A", "B"]


def test_a_name_with_a_slash_lies_in_a_sub_folder(tmp_path: Path) -> None:
    """FastChat writes it there, and does not find it again; we do."""
    source = write(
        tmp_path / "data",
        {
            "question.jsonl": [question(81, turns=1)],
            "model_answer/org/model.jsonl": [answer(81, "org/model", "text")],
            "model_judgment/org/judge_single.jsonl": [single(81, "org/model", "[[6]]", 6)],
        },
    )
    take_in(source, tmp_path / "run")
    row = report(tmp_path / "run")["single"][0]
    assert (row["judge"], row["model"], row["average"]) == ("org/judge_single", "org/model", 6.0)


def test_what_is_imported_in_two_steps_is_what_is_imported_in_one(tmp_path: Path) -> None:
    """Questions may come after answers and judgments; importing again adds nothing."""
    judged = write(
        tmp_path / "judged",
        {"model_judgment/gpt-4_single.jsonl": [single(81, "a", "[[6]]", 6)]},
    )
    asked = write(
        tmp_path / "asked",
        {
            "question.jsonl": [question(81, category="math")],
            "model_answer/a.jsonl": [answer(81, "a", "one", "two")],
        },
    )
    take_in(judged, tmp_path / "run")
    take_in(asked, tmp_path / "run")
    size = (tmp_path / "run/calls-1.jsonl").stat().st_size
    again = take_in(judged, tmp_path / "run")
    assert again.taken == {"judgments, there already": 1}
    assert (tmp_path / "run/calls-1.jsonl").stat().st_size == size
    whole = report(tmp_path / "run")
    assert whole["single"][0]["categories"]["math"]["mean"] == 6.0
    assert whole["answers"][0]["n"] == 2


def test_another_text_for_a_cell_of_the_run_is_told_and_does_not_replace_it(tmp_path: Path) -> None:
    """The log is never rewritten."""
    name = "model_judgment/gpt-4_single.jsonl"
    take_in(write(tmp_path / "one", {name: [single(1, "a", "[[6]]", 6)]}), tmp_path / "run")
    other = write(tmp_path / "other", {name: [single(1, "a", "[[2]]", 2)]})
    assert "the run has another text for this cell" in told(take_in(other, tmp_path / "run"))
    assert list(averages(tmp_path / "run")) == [("a", 6.0, 1)]


def test_questions_that_contradict_the_run_are_refused(tmp_path: Path) -> None:
    """The answers that are there belong to the questions that are there."""
    one = write(tmp_path / "one", {"question.jsonl": [question(1)]})
    other = write(tmp_path / "other", {"question.jsonl": [question(1, turns=1)]})
    take_in(one, tmp_path / "run")
    with pytest.raises(ConfigError, match="question 1 has other turns than in the run"):
        take_in(other, tmp_path / "run")


def test_a_folder_without_any_of_the_files_is_refused(tmp_path: Path) -> None:
    """The message says what was looked for."""
    with pytest.raises(ConfigError, match=r"nothing to import; looked for question\.jsonl"):
        take_in(tmp_path / "nowhere", tmp_path / "run")


def test_a_pair_judged_again_on_the_same_prompts_counts_twice(tmp_path: Path) -> None:
    """Repeats of a pair are pairs of their own, as in FastChat's counts."""
    first = pair(1, "a", "b", ("model_1", "model_1"), ("[[A]]", "[[B]]"))
    again = pair(1, "a", "b", ("model_2", "model_2"), ("[[B]]", "[[A]]")) | {"tstamp": 1.8e9}
    rows = [first, again, pair(2, "a", "b", ("tie", "tie"), ("[[C]]", "[[C]]"))]
    take_in(write(tmp_path / "data", {"model_judgment/j_pair.jsonl": rows}), tmp_path / "run")
    found = {row["model"]: row for row in report(tmp_path / "run")["pairwise"]}
    assert (found["a"]["win"], found["a"]["loss"], found["a"]["tie"]) == (1, 1, 1)


def test_a_row_cannot_ask_for_places_without_end(tmp_path: Path) -> None:
    """A turn or a repeat that no run has would take memory, or end the report in a traceback."""
    source = write(
        tmp_path / "data",
        {
            "model_judgment/gpt-4_single.jsonl": [
                single(81, "small", "Rating: [[7]]", 7),
                single(81, "small", "Rating: [[7]]", 7, turn=2**40),
                single(81, "small", "Rating: [[7]]", 7, repeat=2**40),
            ],
            "model_judgment/gpt-4_pair.jsonl": [
                pair(81, "a", "b", ("tie", "tie"), ("[[C]]", "[[C]]")) | {"repeat": 2**40},
            ],
        },
    )
    words = told(take_in(source, tmp_path / "run"))
    assert "gpt-4_single.jsonl:2: turn: must be a whole number from 1 to 10000" in words
    assert "gpt-4_single.jsonl:3: repeat: must be at most 10000" in words
    assert "gpt-4_pair.jsonl:1: repeat: must be at most 10000" in words
    assert list(averages(tmp_path / "run")) == [("small", 7.0, 1)]
