"""`asynceval report`: what is for people, and what is for programs."""

from dataclasses import replace
from pathlib import Path

import orjson
from click.testing import CliRunner

from asynceval.cli.main import main
from asynceval.domain.cell import Cell
from asynceval.domain.reply import Reply, Tokens
from asynceval.report.outcomes import outcomes
from asynceval.store.line import Record
from asynceval.store.request import write
from asynceval.store.store import Store
from tests.report.scene import answered, graded, plan, steps

WORST = Tokens(100, 50)


def run_directory(folder: Path, *, attempts: int) -> Path:
    """Make a run directory, complete, in which every call took so many attempts."""
    what = plan()
    folder.mkdir()
    write(folder, what)
    with Store(folder, write=True) as store:
        for cell, key, reply in steps(what, say):
            assert isinstance(reply, Reply)
            store.put(Record(key, cell, reply, 0, 0, 0, attempts, WORST))
            for _ in range(attempts):
                store.note_sent(key, cell, WORST)
        assert {outcome.cause for outcome in outcomes(what, store, {})} == {None}
    return folder


def say(cell: Cell) -> Reply:
    """Let everything succeed, under a name that is not the model's."""
    return replace(graded(7) if cell.judge else answered(cell), model="other")


def shown(folder: Path, *flags: str) -> str:
    """Return what the command prints."""
    result = CliRunner().invoke(main, ["report", str(folder), *flags], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_lost_attempts_are_told_to_people(tmp_path: Path) -> None:
    """The tables say how many calls may be on the bill without a reply, by model."""
    text = shown(run_directory(tmp_path / "run", attempts=3))
    assert "up to 48 calls may have been charged for without a reply: 12 for answers of" in text
    assert "24 for judgments of judge" in text
    assert "charged" not in shown(run_directory(tmp_path / "quiet", attempts=1))


def test_the_json_report_knows_nothing_of_attempts(tmp_path: Path) -> None:
    """A run with faults on the way has the report of a quiet one, to the byte."""
    quiet = shown(run_directory(tmp_path / "quiet", attempts=1), "--json")
    assert shown(run_directory(tmp_path / "run", attempts=3), "--json") == quiet
    assert orjson.loads(quiet)["run"]["answered_by"][0]["name"] == "other"


def test_tables_for_papers_and_times(tmp_path: Path) -> None:
    """Files are written and named, and times are shown only where they are asked for."""
    run = run_directory(tmp_path / "run", attempts=1)
    files = [tmp_path / "tables" / name for name in ("board.md", "board.tex")]
    command = ["report", str(run), "--markdown", str(files[0]), "--latex", str(files[1])]
    waits = {"seconds": 200, "gates": {"lab": {"tpm": 150, "rpm": 10}}}
    (run / "waits.jsonl").write_bytes(orjson.dumps(waits))
    result = CliRunner().invoke(main, [*command, "--speed"], catch_exceptions=False)
    assert result.exit_code == 0
    assert "**Mean scores by judge" in files[0].read_text()
    assert r"\begin{tabular}" in files[1].read_text()
    assert all(f"wrote {file}" in result.stderr for file in files)
    assert "Seconds of calls" in result.stdout
    assert "Seconds of calls" not in shown(run)
    assert orjson.loads(shown(run, "--json", "--speed"))["timing"][0]["calls"] == 6
    assert "At lab calls waited for tpm 02:30 of 03:20, for rpm 00:10 of 03:20." in result.stdout
    found = orjson.loads(shown(run, "--json", "--speed"))["waiting"]
    assert found[0] == {"account": "lab", "cause": "tpm", "seconds": 150, "of": 200}
    assert not {"timing", "waiting"} & orjson.loads(shown(run, "--json")).keys()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """A file in the place of the folder is told, with exit code 4."""
    run = run_directory(tmp_path / "run", attempts=1)
    (tmp_path / "file").write_text("")
    result = CliRunner().invoke(main, ["report", str(run), "--csv", str(tmp_path / "file" / "x")])
    assert result.exit_code == 4
    assert "Not a directory" in result.stderr
