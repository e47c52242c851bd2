"""Killed at any moment, run again: nothing is lost, hardly anything is paid twice.

Each kill here is of the command as a user starts it; `tests/durability/test_kills.py` has more of
them in less time.
"""

import os
import signal
import time
from pathlib import Path
from random import Random

import pytest

from tests.e2e.rig import (
    cli,
    log_cells,
    log_keys,
    log_lines,
    simulating,
    started,
    until,
    write_config,
    write_questions,
)

KILLS = 10
PARALLEL = 6
PAIRS = """
[[judges]]
name = "pairs"
endpoint = "sim"
mode = "pairwise-all"
"""
WRITTEN = """
references = { model = "sim-judge" }
reference_categories = ["writing", "stem"]
"""
STARTING = 0.8
"""About how many seconds the command takes to start: some kills fall into that."""


@pytest.mark.parametrize(
    ("count", "calls_each", "benchmark", "judges"),
    [
        pytest.param(120, 8, "", "", id="grades"),
        # Four answers, four grades, four games, and two references for each second question.
        pytest.param(60, 13, WRITTEN, PAIRS, id="pairs and references"),
    ],
)
def test_kills(tmp_path: Path, count: int, calls_each: int, benchmark: str, judges: str) -> None:
    """After kills at random moments the report is an unbroken run's, to the byte.

    Each kill costs at most the calls in flight at that moment, and no record that was there before.
    """
    seed = int(os.environ.get("ASYNCEVAL_TEST_SEED") or time.time_ns() % 10**9)
    print(f"ASYNCEVAL_TEST_SEED={seed}")  # noqa: T201 - to see the same moments again
    random = Random(seed)
    all_calls = count * calls_each
    questions = write_questions(tmp_path / "question.jsonl", count)
    run = tmp_path / "broken"
    with simulating("--latency", "0.02") as simulator:
        config = write_config(
            tmp_path / "sweep.toml",
            simulator.base_url,
            questions,
            parallel=PARALLEL,
            benchmark=benchmark,
        )
        config.write_text(config.read_text() + judges)
        kills = in_flight = 0
        lines: list[bytes] = []
        while kills < KILLS:
            with started("run", config, "--run-dir", run, cwd=tmp_path) as process:
                started_with = simulator.stats()["requests"]
                if random.random() < 0.25:
                    moment, calls = time.monotonic() + random.uniform(0, STARTING), all_calls
                else:
                    moment = float("inf")
                    calls = random.randint(1, max(2, (all_calls - len(lines)) // (KILLS - kills)))
                while (
                    process.poll() is None
                    and time.monotonic() < moment
                    and simulator.stats()["requests"] < started_with + calls
                ):
                    time.sleep(0.001)
                assert process.poll() is None, "the run ended before it could be killed"
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
            kills += 1
            until(lambda: simulator.stats()["in_flight"] == 0, "the last calls to end")
            after = simulator.stats()
            # Replies that the server has sent and the client has not read yet are in flight as well.
            in_flight += min(PARALLEL, after["requests"] - started_with)
            found = log_lines(run)
            assert found[: len(lines)] == lines
            lines = found
        assert cli("run", config, "--run-dir", run, cwd=tmp_path).code == 0
        paid, paid_twice = simulator.paid
        assert paid - paid_twice == all_calls
        assert paid_twice <= in_flight
        assert simulator.stats()["peak_in_flight"] <= PARALLEL
        keys = log_keys(run)
        assert log_lines(run)[: len(lines)] == lines

        unbroken = cli("run", config, "--run-dir", "unbroken", cwd=tmp_path)
        assert unbroken.code == 0
        assert len(keys) == len(set(keys)) == all_calls
        assert log_cells(run) == log_cells(tmp_path / "unbroken")
    reports = [cli("report", name, "--json", cwd=tmp_path).out for name in ("broken", "unbroken")]
    assert reports[0] == reports[1]
    assert cli("verify", run, cwd=tmp_path).code == 0
