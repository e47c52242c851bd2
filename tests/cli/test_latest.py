"""The latest run is the one that a command without a run directory is about."""

import os
from pathlib import Path

import pytest

from asynceval.cli.latest import chosen
from asynceval.domain.errors import ConfigError


def test_the_run_that_was_touched_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was run, or imported, last is chosen, and named; a folder that is no run never."""
    monkeypatch.chdir(tmp_path)
    for number, name in enumerate(("old", "new", "notes"), 1):
        folder = tmp_path / "runs" / name
        folder.mkdir(parents=True)
        file = folder / ("sweep.json" if name != "notes" else "read.me")
        file.touch()
        os.utime(file, (number, number))
    assert chosen(None) == Path("runs/new")
    (tmp_path / "runs" / "old" / "calls-1.jsonl").touch()
    assert chosen(None) == Path("runs/old")
    assert "the latest run: runs/old" in capsys.readouterr().err


def test_without_any_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is named is taken as it is; without any there is nothing to choose."""
    monkeypatch.chdir(tmp_path)
    assert chosen(Path("there")) == Path("there")
    with pytest.raises(ConfigError, match="name a run directory"):
        chosen(None)
