"""The CSV files: exact numbers, whole texts, no formulas."""

import csv
import sys
from pathlib import Path

import pytest

from asynceval.domain.cell import Cell
from asynceval.domain.errors import ConfigError
from asynceval.domain.failure import Cause
from asynceval.domain.reply import Reply
from asynceval.report.clocked import Clocked
from asynceval.report.sheet import Sheet, kind_of
from asynceval.report.sheets import write_csv, write_parquet
from asynceval.report.tables import sheets
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


def nothing() -> Clocked:
    """Return what was measured of a run without a clock."""
    return Clocked((), ())


def made(folder: Path, *targets: str) -> tuple[Sheet, ...]:
    """Return all sheets of a run."""
    what = plan(targets)
    summary, found = play(folder, what, said)
    return sheets(what, summary, lambda: found, nothing)


def rows(folder: Path, *targets: str) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return the sheets of means and of judgments as a reader of CSV finds them."""
    paths = write_csv(folder / "new" / "tables", made(folder, *targets))
    files = {path.stem: path for path in paths}
    with (
        files["scores"].open(encoding="utf-8", newline="") as one,
        files["judgments"].open(encoding="utf-8", newline="") as two,
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
        "best_rank": "1",
        "worst_rank": "1",
        "expected": "6",
        "unflagged": "3.75",
        "n_unflagged": "4",
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
    what = plan(("a",))
    summary, found = play(tmp_path, what, lambda _: None)
    scores, *_ = write_csv(tmp_path, sheets(what, summary, lambda: found, nothing))
    lines = scores.read_text().splitlines()
    assert lines[1] == "judge,a,average,,,,,,0,True,,,6,,0"


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


def test_every_table_is_a_file_with_its_columns(tmp_path: Path) -> None:
    """Tables without a row have their header, and the pairs of models their corrected p."""
    found = made(tmp_path, "alpha", "beta")
    paths = write_csv(tmp_path / "tables", found)
    assert [path.stem for path in paths] == [sheet.name for sheet in found]
    for path, sheet in zip(paths, found, strict=True):
        assert path.read_text().splitlines()[0] == ",".join(sheet.header)
        assert all(len(row) == len(sheet.header) for row in sheet.rows())
    tables = {sheet.name: sheet.records() for sheet in found}
    (pair,) = tables["comparisons"]
    assert (pair["first"], pair["second"], pair["difference"]) == ("alpha", "beta", 0)
    assert pair["p"] == pair["p_holm"] == 1
    assert len(tables["answers"]) == 12
    assert tables["answers"][0]["characters"] == len("alpha on q0, 1, 0")
    assert tables["pairs"] == tables["win_matrix"] == tables["timing"] == []


def test_parquet_holds_what_the_tables_hold(tmp_path: Path) -> None:
    """Numbers stay numbers and what is undefined stays so; a table without a row has no file."""
    parquet = pytest.importorskip("pyarrow.parquet")
    found = made(tmp_path, "=alpha")
    paths = write_parquet(tmp_path / "tables", found)
    read = {path.stem: parquet.read_table(path).to_pylist() for path in paths}
    assert read == {sheet.name: rows for sheet in found if (rows := sheet.records())}
    assert read["judgments"][0]["model"] == "=alpha"


def test_what_two_runs_write_fits_together(tmp_path: Path) -> None:
    """A column without a value has the type that its values have elsewhere."""
    parquet = pytest.importorskip("pyarrow.parquet")
    schemas = []
    for name, answer in (("whole", said), ("none", lambda _: None)):
        what = plan(("alpha", "beta"))
        (tmp_path / name).mkdir()
        summary, found = play(tmp_path / name, what, answer)
        tables = sheets(what, summary, lambda its=found: its, nothing)  # type: ignore[misc]
        paths = write_parquet(tmp_path / f"{name}-tables", tables)
        schemas.append({path.stem: parquet.read_schema(path) for path in paths})
    whole, none = schemas
    assert none["scores"].equals(whole["scores"])
    assert none["answers"].equals(whole["answers"])


def test_a_column_without_values_has_a_kind() -> None:
    """Texts and whole numbers are named, all else is a number."""
    assert [kind_of(name) for name in ("cause", "best_rank", "mean")] == [str, int, float]


def test_judges_have_all_their_numbers_in_tables(tmp_path: Path) -> None:
    """Distances, panels, reasks and coverage stand in files as they do in the JSON."""
    what = plan(("gpt-x", "other"), ("one", "two"))
    summary, found = play(tmp_path, what, said)
    tables = {its.name: its.records() for its in sheets(what, summary, lambda: found, nothing)}
    (row,) = tables["judge_distances"]
    assert (row["judge"], row["other"], row["n"], row["distance"]) == ("one", "two", 8, 0)
    assert [(r["judge"], r["items"], r["full"]) for r in tables["judge_panels"]] == [
        ("one", 8, 8),
        ("two", 8, 8),
    ]
    assert {r["judge"]: r["beyond_n"] for r in tables["judge_families"]} == {"one": 4, "two": 4}
    (whole,) = tables["coverage"]
    assert (whole["expected"], whole["scored"]) == (24, summary.coverage.scored)
    assert [r["judge"] for r in tables["reasks"]] == ["one", "two"]
    average = next(r for r in tables["scores"] if r["kind"] == "average")
    assert (average["expected"], average["n_unflagged"]) == (6, average["n"])


def test_parquet_without_pyarrow_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The extra is named, and nothing is written."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigError, match=r"asynceval\[parquet\]"):
        write_parquet(tmp_path / "tables", made(tmp_path, "alpha"))
    assert not (tmp_path / "tables").exists()
