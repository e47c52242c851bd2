"""The configs that ship with the project load, and are what their comments say."""

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import anyio
import pytest

from asynceval.benchmarks import shipped
from asynceval.config.questions import load_all
from asynceval.config.request import load
from asynceval.domain.sweep import Endpoint, Server
from asynceval.engine.servers import serving
from asynceval.prompts.templates import builtin
from asynceval.protocol.conversation import Plan
from asynceval.store.request import read, write
from tests.config.build import questions, references

CONFIGS = Path(__file__).parents[2] / "configs"
LISTED = ("qwen3:8b", "qwen3:32b", "llama3.2:3b")
"""What a server lists, where a config takes that."""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder that has a copy of FastChat in it, as the configs' comments tell."""
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "FastChat/fastchat/llm_judge/data"
    questions(data / "mt_bench/question.jsonl", "writing", "math")
    references(data / "mt_bench/reference_answer/gpt-4.jsonl", 2)
    (data / "judge_prompts.jsonl").write_text("", encoding="utf-8")


@pytest.mark.parametrize("path", sorted(CONFIGS.rglob("*.toml")), ids=lambda path: path.stem)
def test_every_config_loads(path: Path) -> None:
    """Each config names files that are there, and asks questions of models and judges."""
    if '"duet"' in path.read_text(encoding="utf-8") and shipped.find("duet") is None:
        pytest.skip("the question set duet is not in this tree")
    request = load(path, lambda _: LISTED)
    loaded, warnings = load_all(request)
    assert loaded
    assert warnings == ()
    assert request.sweep.targets
    assert request.sweep.judges


@pytest.mark.parametrize("path", sorted(CONFIGS.rglob("*.toml")), ids=lambda path: path.stem)
def test_a_run_of_every_config_can_be_resumed(path: Path, tmp_path: Path) -> None:
    """Its run directory holds the whole sweep, whatever kinds and settings are in it."""
    if '"duet"' in path.read_text(encoding="utf-8") and shipped.find("duet") is None:
        pytest.skip("the question set duet is not in this tree")
    plan = Plan(load(path, lambda _: LISTED).sweep, (), builtin())
    write(tmp_path / "run", plan)
    assert read(tmp_path / "run") == plan


@pytest.mark.parametrize("name", ["quickstart", "matrix", "testcases_zh", "testcases_zh_rubric"])
def test_the_simulated_configs_need_no_key(name: str) -> None:
    """Each endpoint of these configs is a server of our own."""
    if name in ("quickstart", "matrix") and shipped.find("duet") is None:
        pytest.skip("the question set duet is not in this tree")
    for endpoint in load(CONFIGS / f"{name}.toml").sweep.endpoints:
        assert endpoint.api_key_env is None
        assert endpoint.server is not None
        assert endpoint.server.command.startswith("asynceval simulate --port {port} ")


def test_the_checkpoints_of_the_gpu_box_share_its_gpu() -> None:
    """Each has a server to itself; only the judge's is on another."""
    if shipped.find("duet") is None:
        pytest.skip("the question set duet is not in this tree")
    sweep = load(CONFIGS / "servers/gpu_box.toml").sweep
    servers = [endpoint.server for endpoint in sweep.endpoints]
    assert [server.gpus for server in servers if server] == [("0",)] * 10 + [("1",)]
    assert [target.endpoint for target in sweep.targets] == [e.name for e in sweep.endpoints[:10]]


FASTCHAT = """
import sys, http.server
name, port = sys.argv[1], int(sys.argv[sys.argv.index("--port") + 1])
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        import os
        told = '{"models": ["m"]}' if os.path.exists("worker") else '{"models": []}'
        self.send_response(200); self.end_headers(); self.wfile.write(told.encode())
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *args):
        pass
if name.endswith("model_worker"):
    open("worker", "w").close()
print(name, "up", flush=True)
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


def kill(word: str, folder: Path) -> None:
    """Kill the processes in a folder that have a word in their command."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            is_here = (path.parent / "cwd").readlink() == folder
            if is_here and word.encode() in path.read_bytes():
                os.kill(int(path.parent.name), signal.SIGKILL)


@pytest.mark.timeout(60)
def test_the_script_for_fastchat_starts_three_programs_in_order(tmp_path: Path) -> None:
    """The API is up last; when it is stopped nothing is left, and when one ends all end."""
    (tmp_path / "fake.py").write_text(FASTCHAT)
    python = tmp_path / "python"
    python.write_text(
        f'#!/bin/sh\n[ "$1" = -m ] && {{ shift; exec {sys.executable} fake.py "$@"; }}\n'
        f'exec {sys.executable} "$@"\n'
    )
    python.chmod(0o755)
    script = CONFIGS / "servers/fastchat.sh"
    server = Server(f"sh {script} {{port}} models/m", "/v1/models", env=(("PYTHON", str(python)),))
    endpoint = Endpoint("e", "http://127.0.0.1:{port}/v1", server=server)

    async def main() -> str:
        async with serving(endpoint, tmp_path, lambda _: None) as served:
            told = served.log.read_text()
            kill("fastchat.serve.controller", tmp_path)
            ended = await served.ended()
            assert "has ended" in ended
            return told

    if not Path("/proc/self/cmdline").exists():
        pytest.skip("there is no /proc here")
    names = [line.split()[0].split(".")[-1] for line in anyio.run(main).splitlines()]
    assert names == ["controller", "model_worker", "openai_api_server"]
