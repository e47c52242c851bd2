"""Killed at random moments, again and again: at most the calls in flight are paid for twice."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.durability.nursery import Nursery
from tests.e2e.rig import (
    Simulator,
    log_cells,
    log_keys,
    log_lines,
    simulating,
    until,
    write_config,
    write_questions,
)

KILLS = 50
PARALLEL = 6
CALLS = 100 * 2 * 2 * 2
RESERVE = 200
"""Calls that are left at the end, so that there is always a run to kill."""


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """Return a simulator that takes 10 ms for a reply."""
    with simulating("--latency", "0.01") as running:
        yield running


def test_killed_again_and_again(tmp_path: Path, simulator: Simulator, commands: Nursery) -> None:
    """After each kill nothing recorded is lost; in the end the report is an unbroken run's.

    A third of the kills fall into a write, of which half is done.
    """
    seed = int(os.environ.get("ASYNCEVAL_TEST_SEED") or time.time_ns() % 10**9)
    print(f"ASYNCEVAL_TEST_SEED={seed}")  # noqa: T201 - to see the same moments again
    random = Random(seed)
    questions = write_questions(tmp_path / "question.jsonl", 100)
    config = write_config(tmp_path / "sweep.toml", simulator.base_url, questions, parallel=PARALLEL)
    run = tmp_path / "broken"
    lines: list[bytes] = []
    in_flight = 0
    for kill in range(KILLS):
        before = simulator.stats()
        share = max(1, (CALLS - RESERVE - len(lines)) // (KILLS - kill))
        strike = random.randint(1, 10 + share) if random.random() < 0.33 else 0
        moment = random.uniform(0, 0.12) if random.random() < 0.33 else 60
        calls = random.randint(1, share)
        child = commands.begin("run", config, "--run-dir", run, strike=strike)
        end = time.monotonic() + moment
        while (
            not child.has_ended()
            and (strike or time.monotonic() < end)
            and (strike or simulator.stats()["requests"] < before["requests"] + calls)
        ):
            time.sleep(0.001)
        if not strike:
            assert not child.has_ended(), "the run ended before it could be killed"
            os.kill(child.pid, signal.SIGKILL)
        assert child.end().code == -signal.SIGKILL
        until(lambda: simulator.stats()["in_flight"] == 0, "the last calls to end")
        found = log_lines(run)
        assert found[: len(lines)] == lines
        # What was sent and is not recorded was in flight, its reply perhaps about to be written.
        lost = simulator.stats()["requests"] - before["requests"] - (len(found) - len(lines))
        assert lost <= PARALLEL
        in_flight += lost
        lines = found

    assert commands.run("run", config, "--run-dir", run).code == 0
    paid, paid_twice = simulator.paid
    assert paid - paid_twice == CALLS
    assert paid_twice <= in_flight
    assert log_lines(run)[: len(lines)] == lines
    keys = log_keys(run)
    assert len(keys) == len(set(keys)) == CALLS
    assert commands.run("run", config, "--run-dir", tmp_path / "unbroken").code == 0
    assert log_cells(run) == log_cells(tmp_path / "unbroken")
    reports = [
        commands.run("report", tmp_path / name, "--json").output for name in ("broken", "unbroken")
    ]
    assert reports[0] == reports[1]
    assert commands.run("verify", run).code == 0
