"""A run whose answers come in pieces, and the speed that its report tells."""

import json
from pathlib import Path

import orjson
import pytest

from tests.e2e.rig import cli, write_questions
from tests.providers.dialect import line
from tests.providers.vendors.streams import openai

CONFIG = """
name = "s"
[benchmark]
questions = "{questions}"
[endpoints.e]
base_url = "{url}/v1"
stream = {stream}
[[models]]
name = "quick"
endpoint = "e"
[[models]]
name = "quiet"
endpoint = "e"
stream = {other}
[[judges]]
name = "j"
endpoint = "e"
reasks = 0
stream = true
"""


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("stream", "other"), [("true", "false"), ("false", "true")])
def test_the_speed_of_a_streamed_model_is_reported(tmp_path: Path, stream: str, other: str) -> None:
    """A model has the last word on its endpoint; turning streams off asks for nothing again."""
    questions = write_questions(tmp_path / "q.jsonl", 2)
    with line() as opened:
        pieces = openai(["Hello", ". Rating: [[7]]"], "Hm.", "stop")
        opened.server.streams(pieces, [0.0, 0.02, 0.02])
        text = CONFIG.format(questions=questions, url=opened.server.url, stream=stream, other=other)
        config = tmp_path / "c.toml"
        config.write_text(text)
        command = ("run", config, "--run-dir", "run")
        done = cli(*command, cwd=tmp_path)
        asked = [orjson.loads(body) for *_, body in opened.server.requests]
        streamed = "quick" if stream == "true" else "quiet"
        found = {body["model"] for body in asked if "stream" in body}
        assert found == {streamed, "j"}, done.err
        count = len(asked)
        config.write_text(text.replace("stream = true", "stream = false"))
        cli(*command, cwd=tmp_path)
        again = [orjson.loads(body) for *_, body in opened.server.requests[count:]]
        assert streamed not in {body["model"] for body in again}
    report = json.loads(cli("report", "run", "--json", cwd=tmp_path).out)
    (speed,) = report["speed"]
    assert (speed["model"], speed["n"]) == (streamed, 4)
    assert speed["first_token"] > 0
    assert speed["tokens_per_second"] > 0
