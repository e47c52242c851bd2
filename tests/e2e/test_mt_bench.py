"""MT-Bench as it is published: every question, its references and its templates."""

from pathlib import Path

import orjson
import pytest

from tests.e2e.rig import Simulator, cli, log_keys, write_config

MT_BENCH = Path(__file__).parents[3] / "shared" / "mt_bench"
MODELS = ("sim-s25", "sim-s50", "sim-s75")


@pytest.mark.skipif(
    not (MT_BENCH / "question.jsonl").exists(), reason="MT-Bench's files do not ship with us"
)
def test_whole_sweep(tmp_path: Path, simulator: Simulator) -> None:
    """Three models make 960 calls, each is paid once, all 480 are scored; run again, none is made."""
    config = write_config(
        tmp_path / "sweep.toml",
        simulator.base_url,
        MT_BENCH / "question.jsonl",
        MODELS,
        benchmark=f"""\
references = "{MT_BENCH / "reference_answer"}"
templates = "{MT_BENCH / "judge_prompts.jsonl"}"
""",
    )
    command = ("run", config, "--parallel", "50", "--run-dir", "run")
    done = cli(*command, cwd=tmp_path)
    assert done.code == 0, done.err
    assert "480 of 480 judgments have a verdict." in done.out
    assert "960/960 (100 %)" in done.err
    stats = simulator.stats()
    assert (stats["requests"], stats["paid"], stats["paid_twice"]) == (960, 960, 0)
    assert stats["by_model"] == dict.fromkeys(MODELS, 160) | {"sim-judge": 480}
    assert 25 < stats["peak_in_flight"] <= 50
    assert len(set(log_keys(tmp_path / "run"))) == 960

    report = orjson.loads(cli("report", "run", "--json", cwd=tmp_path).out)
    assert report["coverage"]["expected"] == report["coverage"]["scored"] == 480
    assert [standing["model"] for standing in report["single"]] == list(reversed(MODELS))
    assert {standing["n"] for standing in report["single"]} == {160}

    again = cli(*command, cwd=tmp_path)
    assert again.code == 0, again.err
    assert again.out == done.out
    assert simulator.stats()["requests"] == 960
