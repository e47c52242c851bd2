"""A run from Python: plain rows, with the words of models and judges."""

from pathlib import Path

import pandas as pd
import pytest

from asynceval import open_run
from asynceval.domain.cell import Cell
from asynceval.domain.errors import StorageError
from tests.cli.test_compare import run_directory
from tests.report.scene import plan


def grade(cell: Cell) -> float:
    return 6 + cell.turn + (cell.target == "beta")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return run_directory(tmp_path / "run", plan(("alpha", "beta")), grade)


def test_answers_and_judgments_have_their_words(folder: Path) -> None:
    """Each row says which cell it is, and what was said there."""
    run = open_run(folder)
    answers, judgments = run.answers(), run.judgments()
    assert len(answers) == len(judgments) == 12
    assert answers[0]["text"] == "alpha on q0, 1, 0"
    assert answers[0]["reasoning"] is None
    assert {row["text"] for row in judgments if row["score"] == 9} == {"Well said. Rating: [[9]]"}


def test_rows_go_straight_into_a_data_frame(folder: Path) -> None:
    """Grouping the judgments gives the means of the report."""
    run = open_run(str(folder))
    means = pd.DataFrame(run.judgments()).groupby("model")["score"].mean()
    assert means.to_dict() == {"alpha": 7.5, "beta": 8.5}
    scores = pd.DataFrame(run.table("scores"))
    averages = scores[scores["kind"] == "average"].set_index("model")["mean"]
    assert averages.to_dict() == means.to_dict()
    assert run.report()["coverage"] == {
        **dict.fromkeys(("unparsed", "failed", "refused", "filtered", "context_length"), 0),
        "expected": 12,
        "scored": 12,
        "not_reached": 0,
        "truncated": 0,
    }


def test_a_table_that_there_is_not(folder: Path) -> None:
    """The error names those there are."""
    run = open_run(folder)
    assert "comparisons" in run.tables
    with pytest.raises(KeyError, match="there are scores, pairs"):
        run.table("score")


def test_a_folder_that_is_no_run(tmp_path: Path) -> None:
    """Opening it says what is missing."""
    with pytest.raises(StorageError, match="no run directory"):
        open_run(tmp_path)


def test_a_missing_answer_has_no_words(folder: Path) -> None:
    """What is not in the log has a cause, and None for its text."""
    log = folder / "calls-1.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[1:]))
    row = open_run(folder).answers()[0]
    assert (row["text"], row["characters"], row["cause"]) == (None, None, "not_reached")
