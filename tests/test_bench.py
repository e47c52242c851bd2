"""The benchmarks: each one asks a question, is in the README and in `make bench`."""

import ast
import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from asynceval.config.request import read
from asynceval.domain.call import Call, Message
from asynceval.simulator.dice import digest
from asynceval.simulator.latency import Lognormal
from bench import auto_parallel, gate_cost, soak
from bench.rig import config, questions

ROOT = Path(__file__).parents[1]
NOT_BENCHMARKS = {"__init__", "rig", "bare", "bodies"}
BENCHMARKS = sorted({path.stem for path in (ROOT / "bench").glob("*.py")} - NOT_BENCHMARKS)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_asks_a_question(name: str) -> None:
    """The first line of a benchmark is the question it answers."""
    source = (ROOT / "bench" / f"{name}.py").read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(source))
    assert docstring is not None
    assert docstring.splitlines()[0].endswith("?")


@pytest.mark.parametrize("name", BENCHMARKS)
def test_can_be_run_alone(name: str) -> None:
    """A benchmark is a module with a `main`, and the names that it imports exist."""
    assert callable(importlib.import_module(f"bench.{name}").main)


def test_all_are_run_and_told() -> None:
    """`make bench` runs every benchmark, and the README tells what each one found."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    run = re.search(r"^BENCHES := ((?:.*\\\n)*.*)$", makefile, re.MULTILINE)
    assert run is not None
    assert sorted(run[1].replace("\\", "").split()) == BENCHMARKS
    readme = (ROOT / "bench" / "README.md").read_text(encoding="utf-8")
    assert sorted(set(re.findall(r"`(\w+)\.py`", readme)) - NOT_BENCHMARKS) == BENCHMARKS


def test_questions_differ(tmp_path: Path) -> None:
    """The rig's questions are in FastChat's layout, and no two are alike."""
    lines = questions(tmp_path / "q.jsonl", 500).read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    assert [record["question_id"] for record in records] == list(range(500))
    assert len({turn for record in records for turn in record["turns"]}) == 1000


def test_a_config_of_the_rig_is_understood(tmp_path: Path) -> None:
    """The rig's config says models, judges and limits as a user's config does."""
    file = questions(tmp_path / "q.jsonl", 1)
    path = tmp_path / "bench.toml"
    config(path, "http://h.test/v1", file, "parallel = 7\nrpm = 60", models=("a", "b"), judges=())
    sweep = read(path).sweep
    assert [target.name for target in sweep.targets] == ["a", "b"]
    assert sweep.judges == ()
    assert (sweep.endpoint("sim").parallel, sweep.endpoint("sim").rpm) == (7, 60)


def test_the_reachable_throughput_goes_by_the_mean_latency() -> None:
    """The mean that it is computed from is that of the simulator's latencies."""
    latency = Lognormal(0.5, 2.0)
    drawn = [latency.seconds(digest(str(number))) for number in range(20_000)]
    assert auto_parallel.mean_latency(0.5, 2.0) == pytest.approx(sum(drawn) / len(drawn), rel=0.02)


def test_growth_is_that_of_a_fitted_line() -> None:
    """Memory that goes up and down about a line grows as the line does."""
    samples = [
        soak.Sample(calls, 50 + calls / 20_000 + (-1) ** number, 9, 50)
        for number, calls in enumerate(range(0, 200_000, 1000))
    ]
    assert soak.growth(samples) == pytest.approx(0.5, abs=0.02)


def test_the_cost_of_the_gate_is_that_of_calls_that_are_answered() -> None:
    """Every call gets through the client that the benchmark builds."""
    calls = [Call("m", "m", (Message("user", str(number)),)) for number in range(120)]

    async def ask_all() -> tuple[list[object], float]:
        ask = gate_cost.through_client()
        answers = [await ask(call) for call in calls]
        return answers, await gate_cost.seconds(gate_cost.through_client(), calls)

    answers, seconds = anyio.run(ask_all)
    assert {type(each).__name__ for each in answers} == {"Answered"}
    assert seconds > 0


def test_a_finished_run_costs_no_call() -> None:
    """What the benchmark of resuming writes is a finished run for `asynceval run`, or it measures nothing."""
    words = [sys.executable, "-m", "bench.resume", "20"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["calls"] == 80
