"""A real server that is not ours: llama.cpp, started by us, asked in the three formats that it speaks."""

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.e2e import tiny_model
from tests.e2e.rig import cli, environment, log_lines, write_questions

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(find_spec("xllamacpp") is None, reason="llama.cpp is not installed"),
]
SAYS, THINKS = "".join(tiny_model.SAID), "Hm, easy."
TOKENS = len(tiny_model.THOUGHT) + len(tiny_model.SAID) + 1
KEY = "llama-4711"
SERVER = Path(__file__).with_name("llama_server.py")
EXAMPLE = Path(__file__).parents[2] / "configs" / "servers" / "llama_cpp.toml"
CHAT, MESSAGES, RESPONSES = ("openai", "/v1"), ("anthropic", ""), ("openai-responses", "/v1")


def program(folder: Path) -> Path:
    """Write a `llama-server` that serves the tiny model, whatever other model it is to download."""
    model = tiny_model.write(folder / "tiny.gguf")
    path = folder / "llama-server"
    path.write_text(f'#!/bin/sh\nexec {sys.executable} {SERVER} -m {model} "$@"\n')
    path.chmod(0o755)
    return path


def config(folder: Path, questions: Path, *formats: tuple[str, str]) -> Path:
    """Write a config with a llama.cpp of its own for each format, and a model asked both ways there."""
    command = f"{program(folder)} --port {{port}} --parallel 4 --ctx-size {4 * tiny_model.CONTEXT}"
    endpoints = "".join(
        f"""
[endpoints.{kind}]
kind = "{kind}"
base_url = "http://127.0.0.1:{{port}}{base}"
api_key_env = "LLAMA_KEY"
parallel = 4
server = {{ command = "{command}", ready = "/health" }}
[[models]]
name = "{kind} whole"
endpoint = "{kind}"
model = "tiny"
[[models]]
name = "{kind} in pieces"
endpoint = "{kind}"
model = "tiny"
stream = true
"""
        for kind, base in formats
    )
    path = folder / "llama.toml"
    path.write_text(f"""
name = "llama"
[benchmark]
questions = "{questions}"
{endpoints}
[[judges]]
name = "judge"
endpoint = "openai"
model = "tiny"
logprobs = true
""")
    return path


def key(ours: str = KEY) -> dict[str, str]:
    """Return an environment in which the servers want a key, and we have this one."""
    return environment(LLAMA_API_KEY=KEY, LLAMA_KEY=ours)


def records(run: Path) -> list[dict[str, Any]]:
    """Return the calls in a run's log."""
    return [orjson.loads(line) for line in log_lines(run)]


def test_a_run_on_llama_cpp(tmp_path: Path) -> None:
    """Two turns in two formats, whole and in pieces: thinking apart, tokens, speed and weights told."""
    path = config(tmp_path, write_questions(tmp_path / "q.jsonl", 3), CHAT, MESSAGES)
    done = cli("run", path, "--run-dir", "run", cwd=tmp_path, env=key())
    assert done.code == 0, done.err
    assert "retried 0 " in done.err, done.err
    run = tmp_path / "run"
    assert not list(run.glob("*.pid"))
    calls = records(run)
    # All say the same, so they share their judgments.
    assert len(calls) == (4 + 1) * 3 * 2
    for call in calls:
        assert (call["text"], call["reasoning"], call["finish_reason"]) == (SAYS, THINKS, "stop")
        assert call["completion_tokens"] == TOKENS
    report = json.loads(cli("report", "run", "--json", cwd=tmp_path).out)
    assert {row["average"] for row in report["single"]} == {7.0}
    assert {row["model"] for row in report["speed"]} == {"openai in pieces", "anthropic in pieces"}
    assert [row["weighted"] for row in report["weights"]] == [4 * 3 * 2]
    prompts = {row["model"]: row["prompt_tokens"] for row in report["cost"]["models"]}
    del prompts["judge"]
    assert len(set(prompts.values())) == 1, prompts


def test_what_llama_cpp_refuses(tmp_path: Path) -> None:
    """A conversation beyond its context is told as one in every format; a wrong key in its words."""
    questions = write_questions(tmp_path / "q.jsonl", 1, turns=1)
    long = {"question_id": 2, "category": "stem", "turns": ["o" * tiny_model.CONTEXT]}
    questions.write_bytes(questions.read_bytes() + orjson.dumps(long) + b"\n")
    path = config(tmp_path, questions, CHAT, MESSAGES, RESPONSES)
    done = cli("run", path, "--run-dir", "run", cwd=tmp_path, env=key())
    assert done.code == 3, done.err
    run = tmp_path / "run"
    assert {call["text"] for call in records(run)} == {SAYS}
    failures = [orjson.loads(line) for line in (run / "failures.jsonl").read_bytes().splitlines()]
    assert len(failures) == 6
    for failure in failures:
        assert (failure["question"], failure["cause"]) == ("2", "context_length")
        assert "exceeds the available context size (8192 tokens)" in failure["message"]
    checked = cli("check", path, cwd=tmp_path, env=key("another"))
    assert checked.code == 2
    for kind, _ in (CHAT, MESSAGES, RESPONSES):
        assert f"endpoints.{kind}: {kind} in pieces: HTTP 401: Invalid API Key" in checked.err


def test_a_check_of_llama_cpp(tmp_path: Path) -> None:
    """It is known by its list of models, and tells its tokens."""
    questions = write_questions(tmp_path / "q.jsonl", 1)
    path = config(tmp_path, questions, CHAT, MESSAGES, RESPONSES)
    done = cli("check", path, cwd=tmp_path, env=key())
    assert done.code == 0, done.err
    told = " ".join(done.out.split())
    for kind, _ in (CHAT, MESSAGES, RESPONSES):
        assert f"ok {kind}: {kind} in pieces answers (llama.cpp, 65 + {TOKENS} tokens)" in told


def test_the_example_that_ships_runs_on_llama_cpp(tmp_path: Path) -> None:
    """Its command, with its flags, is one that llama.cpp takes."""
    path = f"{program(tmp_path).parent}:{environment()['PATH']}"
    command = ("run", EXAMPLE, "--only", "answers", "--limit", "1", "--run-dir", "run")
    env = environment(PATH=path, OPENAI_API_KEY="sk-4711-4711-4711")
    done = cli(*command, cwd=tmp_path, env=env)
    assert done.code == 0, done.err
    assert [call["text"] for call in records(tmp_path / "run")] == [SAYS, SAYS]
