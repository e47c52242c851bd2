"""The page about Python says what is so: its example runs, and its tables exist."""

import re
from pathlib import Path

import pytest

from asynceval import open_run
from tests.cli.test_compare import run_directory
from tests.report.scene import plan

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "python.md").read_text(encoding="utf-8")
STATISTICS = (DOCS / "statistics.md").read_text(encoding="utf-8")


def test_the_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It prints the means, lengths and ranks of a run of that name."""
    (tmp_path / "runs").mkdir()
    run_directory(tmp_path / "runs" / "quickstart", plan(), lambda cell: 6 + cell.turn)
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(example, "python.md", "exec"), {})
    printed = capsys.readouterr().out
    assert re.search(r"judge +alpha +7\.5 +6", printed)
    assert "best_rank" in printed


def test_every_table_is_named(tmp_path: Path) -> None:
    """The page lists the tables that there are, in their order."""
    run = open_run(run_directory(tmp_path / "run", plan(), lambda _: 7))
    (row,) = re.findall(r"^\| `run\.tables`.*$", PAGE, re.MULTILINE)
    names = re.findall(r"`(\w+)`", row.partition("writes:")[2])
    assert tuple(names) == run.tables


def test_every_number_is_found_in_the_page_on_statistics(tmp_path: Path) -> None:
    """Each table and each key of the JSON report stands there by its name."""
    run = open_run(run_directory(tmp_path / "run", plan(), lambda _: 7))
    told = set(re.findall(r"`(\w+)`", STATISTICS.partition("## Where they stand")[2]))
    assert set(run.tables) - {"judgments"} <= told
    assert run.report().keys() - {"run", "warnings"} <= told
