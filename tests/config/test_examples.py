"""The configs that ship with the project load, and are what their comments say."""

from pathlib import Path

import pytest

from asynceval.benchmarks import shipped
from asynceval.config.questions import load_all
from asynceval.config.request import load
from asynceval.conversation import Plan
from asynceval.prompts.templates import builtin
from asynceval.store.request import read, write
from tests.config.build import questions, references

CONFIGS = Path(__file__).parents[2] / "configs"


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
    request = load(path)
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
    plan = Plan(load(path).sweep, (), builtin())
    write(tmp_path / "run", plan)
    assert read(tmp_path / "run") == plan


@pytest.mark.parametrize("name", ["quickstart", "testcases_zh", "testcases_zh_rubric"])
def test_the_simulated_configs_need_no_key(name: str) -> None:
    """Each endpoint of these configs is a server of our own."""
    if name == "quickstart" and shipped.find("duet") is None:
        pytest.skip("the question set duet is not in this tree")
    for endpoint in load(CONFIGS / f"{name}.toml").sweep.endpoints:
        assert endpoint.api_key_env is None
        assert endpoint.server is not None
        assert endpoint.server.command.startswith("asynceval simulate --port {port} ")
