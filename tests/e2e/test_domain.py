"""A domain of one's own: the Chinese set with its rubric, scale and template, end to end."""

import re
from pathlib import Path

import orjson

from tests.e2e.rig import Simulator, cli

ROOT = Path(__file__).parents[2]


def test_the_chinese_set_runs_with_its_own_rubric(tmp_path: Path, simulator: Simulator) -> None:
    """Every answer is graded from 1 to 5 by a judge that was shown the rubric in Chinese."""
    text = (ROOT / "configs/testcases_zh_rubric.toml").read_text(encoding="utf-8")
    text = text.replace("../data", str(ROOT / "data"))
    text = re.sub(r'base_url = ".*"', f'base_url = "{simulator.base_url}"', text)
    text = re.sub(r"(?m)^server = .*$", "", text)
    (tmp_path / "c.toml").write_text(text, encoding="utf-8")
    done = cli("run", "c.toml", cwd=tmp_path)
    assert done.code == 0, done.err
    assert "Scores by sim-judge, 1 to 5" in done.out
    report = orjson.loads(cli("report", "runs/testcases-zh-rubric", "--json", cwd=tmp_path).out)
    assert (report["coverage"]["expected"], report["coverage"]["scored"]) == (40, 40)
    better, worse = report["single"]
    assert (better["model"], worse["model"]) == ("strong", "weak")
    assert 1 <= worse["average"] < better["average"] <= 5
    assert {part["n"] for part in better["categories"].values()} == {4}
    assert cli("plan", "c.toml", cwd=tmp_path).code == 0


def test_a_template_without_the_rubric_is_refused(tmp_path: Path, simulator: Simulator) -> None:
    """Nothing is sent where the set's other templates, which show no rubric, would be used."""
    text = (ROOT / "configs/testcases_zh_rubric.toml").read_text(encoding="utf-8")
    text = text.replace("rubric_prompts", "judge_prompts").replace("../data", str(ROOT / "data"))
    text = re.sub(r'base_url = ".*"', f'base_url = "{simulator.base_url}"', text)
    text = re.sub(r"(?m)^server = .*$", "", text)
    (tmp_path / "c.toml").write_text(text, encoding="utf-8")
    done = cli("run", "c.toml", cwd=tmp_path)
    assert done.code == 2
    assert "by a rubric" in done.err
    assert simulator.stats()["requests"] == 0
