"""The CSV files: exact numbers, whole texts, no formulas."""

import csv
from pathlib import Path

import pytest

from asynceval.domain.cell import Cell
from asynceval.domain.failure import Cause
from asynceval.domain.reply import Reply
from asynceval.report.sheets import write
from tests.report.scene import Answer, answered, graded, plan, play


def said(cell: Cell) -> Answer:
    """Give every kind of outcome, by question and turn."""
    if cell.judge is None:
        return answered(cell)
    match cell.question, cell.turn:
        case "q0", 1:
            return Reply("Well.")
        case "q0", 2:
            return Cause.SERVER
        case _:
            return graded(2.5 * cell.turn)


def rows(folder: Path, *targets: str) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return both sheets of a run as a reader of CSV finds them."""
    summary, found = play(folder, plan(targets), said)
    scores, judgments = write(folder / "new" / "tables", summary, found)
    assert (scores.name, judgments.name) == ("scores.csv", "judgments.csv")
    with (
        scores.open(encoding="utf-8", newline="") as one,
        judgments.open(encoding="utf-8", newline="") as two,
    ):
        return list(csv.DictReader(one)), list(csv.DictReader(two))


def test_scores(tmp_path: Path) -> None:
    """Each mean is a row with its n; what is undefined is an empty cell."""
    scores, _ = rows(tmp_path, "alpha")
    assert [(row["kind"], row["part"]) for row in scores] == [
        ("average", ""),
        ("turn", "1"),
        ("turn", "2"),
        ("category", "writing"),
        ("category", "math"),
    ]
    assert scores[0] | {"se": "", "low": "", "high": ""} == {
        "judge": "judge",
        "model": "alpha",
        "kind": "average",
        "part": "",
        "mean": "3.75",
        "se": "",
        "low": "",
        "high": "",
        "n": "4",
        "comparable": "True",
    }
    assert (scores[4]["mean"], scores[4]["se"], scores[4]["n"]) == ("3.75", "", "2")
    assert float(scores[1]["se"]) == 0


def test_judgments(tmp_path: Path) -> None:
    """Each judgment of the plan is a row, also one without a score."""
    _, judgments = rows(tmp_path, "alpha", "beta")
    assert len(judgments) == 12
    assert [
        (r["question"], r["turn"], r["score"], r["outcome"])
        for r in judgments
        if r["model"] == "alpha"
    ][:4] == [
        ("q0", "1", "", "unparsed: no_verdict"),
        ("q0", "2", "", "failed: server"),
        ("q1", "1", "2.5", "scored"),
        ("q1", "2", "5.0", "scored"),
    ]
    assert {(r["model"], r["judge"], r["choice"], r["repeat"]) for r in judgments} == {
        ("alpha", "judge", "0", "0"),
        ("beta", "judge", "0", "0"),
    }


def test_undefined(tmp_path: Path) -> None:
    """A model without a score has rows without numbers, and n is 0."""
    summary, found = play(tmp_path, plan(("a",)), lambda _: None)
    scores, _ = write(tmp_path, summary, found)
    lines = scores.read_text().splitlines()
    assert lines[1] == "judge,a,average,,,,,,0,True"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_formula(tmp_path: Path, start: str) -> None:
    """A text that a spreadsheet would run is made a text."""
    name = f'{start}HYPERLINK("http://evil","x")'
    scores, judgments = rows(tmp_path, name)
    assert {row["model"] for row in (*scores, *judgments)} == {f"'{name}"}


@pytest.mark.parametrize("name", ["a,b", 'say "hi"', "日本語", "two\nlines", "a=b", "[/b]", "'x"])
def test_texts(tmp_path: Path, name: str) -> None:
    """Any other name comes through as it is."""
    scores, judgments = rows(tmp_path, name)
    assert {row["model"] for row in (*scores, *judgments)} == {name}


def test_written_anew(tmp_path: Path) -> None:
    """Writing again replaces the files."""
    assert rows(tmp_path, "alpha") == rows(tmp_path, "alpha")
