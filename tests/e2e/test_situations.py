"""The configs that ship for a situation, run by the command; a simulator stands in for their endpoints."""

import re
import shlex
from pathlib import Path
from typing import Any

import orjson

from tests.e2e.rig import COMMAND, Simulator, cli, write_questions

CONFIGS = Path(__file__).parents[2] / "configs"
_ELSEWHERE = re.compile(r"^(kind = |api_key_env = |server = |effort = \d).*\n", re.MULTILINE)


def simulated(folder: Path, name: str, base_url: str) -> None:
    """Write a config that ships as `c.toml`, with four questions and all endpoints at the simulator."""
    text = (CONFIGS / name).read_text(encoding="utf-8")
    text = re.sub(r'(?m)^base_url = ".*"', f'base_url = "{base_url}"', _ELSEWHERE.sub("", text))
    questions = write_questions(folder / "question.jsonl", 4)
    text = re.sub(r'(?m)^questions = ".*"', f'questions = "{questions}"', text)
    (folder / "c.toml").write_text(text, encoding="utf-8")


def ran(folder: Path, *flags: str) -> dict[str, Any]:
    """Run and report `c.toml`; nothing may be missing."""
    done = cli("run", "c.toml", "--run-dir", "run", *flags, cwd=folder)
    assert done.code == 0, done.err
    report: dict[str, Any] = orjson.loads(cli("report", "run", "--json", cwd=folder).out)
    assert report["coverage"]["expected"] == report["coverage"]["scored"]
    return report


def test_a_sweep_over_several_endpoints(tmp_path: Path, simulator: Simulator) -> None:
    """Each model has its row, whichever endpoint it is at, and each judge judges it twice."""
    simulated(tmp_path, "sweep.toml", simulator.base_url)
    rows = ran(tmp_path)["single"]
    assert {row["model"] for row in rows} == {
        "gpt-4o-mini",
        "llama-3.3-70b",
        "qwen3-8b",
        "qwen3-8b-greedy",
    }
    assert {row["n"] for row in rows} == {16}


def test_a_jury(tmp_path: Path, simulator: Simulator) -> None:
    """The panel has a row for each model beside those of its three judges, and own families are marked."""
    simulated(tmp_path, "jury.toml", simulator.base_url)
    report = ran(tmp_path)
    judges = ["claude-sonnet-4-5", "gemini-2.5-flash", "gpt-4o", "panel"]
    assert sorted({row["judge"] for row in report["single"]}) == judges
    assert [(jury["n"], jury["decided"]) for jury in report["juries"]] == [(16, 16)]
    own = {(row["judge"], row["model"]) for row in report["single"] if row["own_family"]}
    assert own == {("gpt-4o", "gpt-4o-mini"), ("claude-sonnet-4-5", "claude-haiku-4-5")}
    assert any("family" in warning for warning in report["warnings"])


def test_pairs_against_a_baseline(tmp_path: Path, simulator: Simulator) -> None:
    """Both other models are compared with the baseline, in both orders, and all are graded too."""
    simulated(tmp_path, "baseline.toml", simulator.base_url)
    report = ran(tmp_path)
    pairs = [row for row in report["pairwise"] if row["win_rate"] is not None]
    assert {"gpt-4.1-mini", "gpt-4.1-nano"} <= {row["model"] for row in pairs}
    assert {row["judge"] for row in report["single"]} == {"gpt-4o-single"}
    assert report["position_bias"][0]["n"] == 2 * 4 * 2


def test_a_matrix(tmp_path: Path, simulator: Simulator) -> None:
    """Every variant but the excluded is answered, under a name that tells, and judged in both forms."""
    simulated(tmp_path, "matrix.toml", simulator.base_url)
    rows = ran(tmp_path)["single"]
    names = [
        "baseline",
        "strong",
        "strong system=careful",
        "strong temperature=0",
        "strong temperature=0 system=careful",
        "strong temperature=0.7",
        "weak",
        "weak temperature=0",
        "weak temperature=0.7",
    ]
    for judge in ("sim-judge", "sim-judge verdict=json"):
        assert sorted(row["model"] for row in rows if row["judge"] == judge) == names
    before = simulator.paid
    again = cli("run", "c.toml", "--run-dir", "run", "--model", "weak*", cwd=tmp_path)
    assert (again.code, simulator.paid) == (0, before)


def test_every_model_of_a_server(tmp_path: Path, simulator: Simulator) -> None:
    """What the server lists is run beside the model that has a table, and a pattern chooses of both."""
    simulated(tmp_path, "listed.toml", simulator.base_url)
    rows = ran(tmp_path, "--model", "sim-s?5", "--model", "qwen*")["single"]
    assert {row["model"] for row in rows} == {
        "sim-s25",
        "sim-s35",
        "sim-s75",
        "sim-s85",
        "qwen3-8b-quick",
    }


def test_checkpoints_on_one_gpu(tmp_path: Path) -> None:
    """Each checkpoint's server takes its turn on the GPU, and the judge's is up beside them."""
    text = (CONFIGS / "servers/gpu_box.toml").read_text(encoding="utf-8")
    simulate = f"{shlex.join(COMMAND)} simulate --port {{port}} --seed"
    text = re.sub(r"vllm serve .*?(\d+)[^0-9]*?\"", rf'{simulate} \1"', text)
    questions = write_questions(tmp_path / "question.jsonl", 2)
    text = text.replace('"duet"', f'"{questions}"')
    (tmp_path / "c.toml").write_text(text, encoding="utf-8")
    rows = ran(tmp_path, "--model", "step-1*")["single"]
    assert {row["model"] for row in rows} == {"step-1000", "step-10000"}
    assert len(list((tmp_path / "run").glob("server-*.log"))) == 3
