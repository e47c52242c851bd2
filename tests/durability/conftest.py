"""Nurseries of commands, and sweeps to break."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.durability.nursery import Nursery, nursery
from tests.durability.scene import Scene
from tests.e2e.rig import simulating, write_config, write_questions


@pytest.fixture(scope="package")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Return what runs commands."""
    with nursery(tmp_path_factory.mktemp("commands")) as running:
        yield running


@pytest.fixture(scope="package")
def other_commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Return what runs commands beside those of `commands`."""
    with nursery(tmp_path_factory.mktemp("commands")) as running:
        yield running


@pytest.fixture(scope="package")
def scene(tmp_path_factory: pytest.TempPathFactory, commands: Nursery) -> Iterator[Scene]:
    """Return a sweep of eight calls."""
    with _unbroken(tmp_path_factory.mktemp("scene"), commands, questions=2) as made:
        yield made


@pytest.fixture(scope="package")
def long_scene(tmp_path_factory: pytest.TempPathFactory, commands: Nursery) -> Iterator[Scene]:
    """Return a sweep of some two hundred calls."""
    with _unbroken(tmp_path_factory.mktemp("long"), commands, questions=60) as made:
        yield made


@contextmanager
def _unbroken(folder: Path, commands: Nursery, questions: int) -> Iterator[Scene]:
    with simulating("--latency", "0.003") as simulator:
        file = write_questions(folder / "question.jsonl", questions, turns=1)
        config = write_config(
            folder / "sweep.toml", simulator.base_url, file, parallel=Scene.PARALLEL
        )
        yield Scene.unbroken(folder, config, simulator, commands)
