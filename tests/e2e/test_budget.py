"""A budget on the command line: checked before anything is sent, and raised where a run goes on."""

import os
import signal
import time
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest

from tests.e2e.rig import Simulator, cli, simulating, started, until, write_config, write_questions


def stored(run: Path) -> dict[str, Any]:
    """Return the sweep that a run directory holds."""
    sweep: dict[str, Any] = orjson.loads((run / "sweep.json").read_bytes())["sweep"]
    return sweep


@pytest.fixture
def config(tmp_path: Path, simulator: Simulator, questions: Path) -> Path:
    """Return a config of two models and a judge, all of which cost something."""
    path = write_config(tmp_path / "c.toml", simulator.base_url, questions)
    text = path.read_text()
    for name in ("sim-s25", "sim-s75", "sim-judge"):
        text = text.replace(
            f'name = "{name}"\n', f'name = "{name}"\nprice = {{ input = 1.0, output = 2.0 }}\n'
        )
    path.write_text(text)
    return path


@pytest.mark.parametrize("command", ["run", "resume"])
@pytest.mark.parametrize("usd", ["0", "-1", "nan", "inf"])
def test_a_budget_that_is_none_is_refused(
    tmp_path: Path, config: Path, simulator: Simulator, command: str, usd: str
) -> None:
    """Exit 2, the flag is named, and nothing is sent."""
    if command == "resume":
        assert cli("run", config, "--only", "answers", "--limit", "1", cwd=tmp_path).code == 0
    before = simulator.stats()["requests"]
    where = config if command == "run" else "runs/e2e"
    done = cli(command, where, "--budget", usd, cwd=tmp_path)
    assert done.code == 2
    assert "--budget: must be above 0, in US dollars" in done.err
    assert simulator.stats()["requests"] == before


def test_a_budget_is_kept_with_the_run_and_can_be_raised(tmp_path: Path, config: Path) -> None:
    """`run` writes it to the run directory, `resume` changes it there, and keeps it if not told."""
    assert cli("run", config, "--budget", "5", cwd=tmp_path).code == 0
    assert stored(tmp_path / "runs/e2e")["budget"] == {"usd": 5.0, "tokens": None}
    assert cli("resume", "--budget", "7.5", cwd=tmp_path).code == 0
    assert cli("resume", cwd=tmp_path).code == 0
    assert stored(tmp_path / "runs/e2e")["budget"] == {"usd": 7.5, "tokens": None}


def test_parallel_is_a_number_or_auto(tmp_path: Path, config: Path) -> None:
    """Anything else is a matter of usage."""
    done = cli("run", config, "--parallel", "fast", cwd=tmp_path)
    assert done.code == 2
    assert "give a whole number of at least 1, or auto" in done.err
    assert cli("run", config, "--parallel", "0", cwd=tmp_path).code == 2


def test_a_run_stops_before_its_budget_and_goes_on_when_it_is_raised(
    tmp_path: Path, config: Path, simulator: Simulator
) -> None:
    """Exit 3 with the budget named, never more spent than it; raised, nothing is paid for again."""
    short = cli("run", config, "--budget", "0.02", cwd=tmp_path)
    assert short.code == 3, short.err
    assert "the budget of 0.02 USD is reached" in short.err
    assert "to go on with more money: asynceval resume runs/e2e --budget USD\n" in short.err
    spent = cost(tmp_path)
    assert 0 < spent <= 0.02
    again = cli("resume", "runs/e2e", cwd=tmp_path)
    assert again.code == 3
    assert cost(tmp_path) <= 0.02, "what was spent before counts"
    assert cli("resume", "runs/e2e", "--budget", "5", cwd=tmp_path).code == 0
    assert simulator.paid == (32, 0)
    assert cost(tmp_path) > 0.02


def test_a_judges_budget_stops_that_judge_alone(tmp_path: Path, config: Path) -> None:
    """All answers are there, and the judgments that its budget had room for."""
    text = config.read_text().replace(
        'name = "sim-judge"\n', 'name = "sim-judge"\nbudget = { tokens = 8_000 }\n'
    )
    config.write_text(text)
    done = cli("run", config, cwd=tmp_path)
    assert done.code == 3, done.err
    assert "the budget of judge sim-judge of 8000 tokens is reached" in done.err
    way = "to go on, raise the budget of judge sim-judge in the config, and run that again\n"
    assert done.err.endswith(way)
    report = orjson.loads(cli("report", "runs/e2e", "--json", cwd=tmp_path).out)
    calls = {row["model"]: row["calls"] for row in report["cost"]["models"]}
    assert calls["sim-s25"] == calls["sim-s75"] == 8
    assert 0 < calls["sim-judge"] < 16


def cost(folder: Path) -> float:
    """Return what the report says the run has cost, in US dollars."""
    report = orjson.loads(cli("report", "runs/e2e", "--json", cwd=folder).out)
    usd: float = report["cost"]["usd"]
    return usd


def test_a_budget_holds_over_any_number_of_kills(tmp_path: Path) -> None:
    """What the server charged stays within it, whatever was in flight at each kill -9 or was lost.

    The simulator charges for replies that it loses, and goes on with calls whose client is gone.
    """
    budget, seed = 150_000, int(os.environ.get("ASYNCEVAL_TEST_SEED") or time.time_ns() % 10**9)
    print(f"ASYNCEVAL_TEST_SEED={seed}")  # noqa: T201 - to see the same moments again
    random = Random(seed)
    questions = write_questions(tmp_path / "question.jsonl", 120)
    with simulating("--latency", "0.05", "--fault", "lost=0.1", "--fault", "empty=0.05") as server:
        config = write_config(tmp_path / "c.toml", server.base_url, questions, parallel=8)
        text = config.read_text().replace('endpoint = "sim"', 'endpoint = "sim"\nmax_tokens = 300')
        config.write_text(f"budget = {{ tokens = {budget} }}\n{text}")
        for _ in range(6):
            before = server.stats()["requests"]
            with started("run", config, "--run-dir", "run", cwd=tmp_path) as process:
                wanted = before + random.randint(1, 25)
                until(partial(_has_served, server, wanted), "the calls")
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
        done = cli("run", config, "--run-dir", "run", cwd=tmp_path)
        assert "is reached" in done.err
        assert done.code == 3
        until(lambda: server.stats()["in_flight"] == 0, "the last calls to end")
        assert 0 < server.stats()["tokens"] <= budget


def _has_served(server: Simulator, requests: int) -> bool:
    return bool(server.stats()["requests"] >= requests)
