"""A run to test on: a simulator that replies quickly, and a handful of questions."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.rig import Simulator, simulating, write_questions


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """Return a simulator that takes 10 ms for a reply."""
    with simulating("--latency", "0.01") as running:
        yield running


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """Return a file of four questions of two turns."""
    return write_questions(tmp_path / "question.jsonl", 4)
