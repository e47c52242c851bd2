"""`asynceval import` and `asynceval export` as commands."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from asynceval.cli.main import main
from tests.bridge.folder import question, rows, single, write

NAME = "model_judgment/gpt-4_single.jsonl"


def test_import_says_what_it_took_and_what_was_odd(tmp_path: Path) -> None:
    """Counts go to stdout, oddities with file and line to stderr."""
    source = write(tmp_path / "data", {NAME: [single(1, "a", "[[5]]", 5), b"torn"]})
    command = ["import", "fastchat", str(source), "--run-dir", str(tmp_path / "run")]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.stderr
    assert "1 judgments" in result.stdout
    assert f"{NAME}: 1 row: cannot be used: left out" in result.stderr
    assert f"{NAME}:2: column 1" in result.stderr


@pytest.mark.parametrize("command", ["import", "export"])
def test_what_cannot_be_done_ends_with_exit_code_2(tmp_path: Path, command: str) -> None:
    """A folder without files, and a folder that is not empty."""
    source = write(tmp_path / "data", {"question.jsonl": [question(1)]})
    run = str(tmp_path / "run")
    imported = ["import", "fastchat", str(source), "--run-dir", run]
    assert CliRunner().invoke(main, imported).exit_code == 0
    wrong = {
        "import": ["import", "fastchat", str(tmp_path / "none"), "--run-dir", run],
        "export": ["export", "fastchat", run, str(source)],
    }
    result = CliRunner().invoke(main, wrong[command])
    assert result.exit_code == 2
    assert "error: " in result.stderr


def test_export_writes_the_files_and_names_them(tmp_path: Path) -> None:
    """With their numbers of rows."""
    source = write(tmp_path / "data", {NAME: [single(1, "a", "[[5]]", 5)]})
    run, out = str(tmp_path / "run"), tmp_path / "out"
    CliRunner().invoke(main, ["import", "fastchat", str(source), "--run-dir", run])
    result = CliRunner().invoke(main, ["export", "fastchat", run, str(out)])
    assert result.exit_code == 0, result.stderr
    assert f"{out / NAME}: 1 row" in result.stdout
    assert rows(out) == rows(source)
