"""`asynceval plan` before, amid and after a run: it sends nothing, and what it says comes true."""

import re
from pathlib import Path
from typing import Any

import orjson

from tests.e2e.rig import Simulator, cli, write_config, write_questions

KEY = "ASYNCEVAL_NO_SUCH_KEY"


def priced(config: Path, *, key: bool = False) -> Path:
    """Give the models and the judge of a config a price, and its endpoint a key that is not set."""
    text = config.read_text()
    text = re.sub(r'(name = "sim-[^"]*"\n)', r"\1price = { input = 2.0, output = 8.0 }\n", text)
    if key:
        text = text.replace("parallel =", f'api_key_env = "{KEY}"\nparallel =')
    config.write_text(text)
    return config


def planned(folder: Path, config: Path, *more: str) -> dict[str, Any]:
    """Return the plan as JSON."""
    done = cli("plan", config, "--json", *more, cwd=folder)
    assert done.code == 0, done.err
    found: dict[str, Any] = orjson.loads(done.out)
    return found


def spent(folder: Path) -> float:
    """Return what the report says the run has cost."""
    report = orjson.loads(cli("report", "runs/e2e", "--json", cwd=folder).out)
    usd: float = report["cost"]["usd"]
    return usd


def test_before_amid_and_after_a_run(tmp_path: Path, simulator: Simulator) -> None:
    """All is to do, then the rest, then nothing; each interval holds what the run then costs."""
    questions = write_questions(tmp_path / "question.jsonl", 24)
    config = priced(write_config(tmp_path / "c.toml", simulator.base_url, questions))
    before = planned(tmp_path, config)
    assert before["calls"] == {"planned": 192, "stored": 0, "to_do": 192}
    assert before["usd_spent"] == 0
    assert simulator.stats()["requests"] == 0
    assert not (tmp_path / "runs").exists()

    assert cli("run", config, "--limit", "12", cwd=tmp_path).code == 0
    first, requests = spent(tmp_path), simulator.stats()["requests"]
    amid = planned(tmp_path, config)
    assert amid["calls"] == {"planned": 192, "stored": 96, "to_do": 96}
    assert abs(amid["usd_spent"] - first) < 1e-9
    assert simulator.stats()["requests"] == requests

    assert cli("run", config, cwd=tmp_path).code == 0
    whole = spent(tmp_path)
    assert before["usd"]["low"] <= whole <= before["usd"]["high"]
    assert amid["usd"]["low"] <= whole - first <= amid["usd"]["high"]
    assert amid["usd"]["high"] - amid["usd"]["low"] < before["usd"]["high"] - before["usd"]["low"]
    after = planned(tmp_path, config)
    assert after["calls"] == {"planned": 192, "stored": 192, "to_do": 0}
    assert after["usd"] == {"low": 0, "mid": 0, "high": 0}


def test_what_is_shown(tmp_path: Path, simulator: Simulator, questions: Path) -> None:
    """The table is on stdout and needs no key; a price that nobody knows is called so."""
    config = write_config(tmp_path / "c.toml", simulator.base_url, questions, parallel=2)
    done = cli("plan", priced(config, key=True), "--parallel", "1", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("e2e: 32 calls in plan, 0 stored, 32 to do")
    bound = "\n        limited by calls in flight at sim\n"
    assert f" as configured{bound}" in done.out
    assert f" at parallel 1{bound}" in done.out
    done = cli("plan", config, "--parallel", "auto", cwd=tmp_path)
    assert " at parallel auto\n" in done.out
    assert 'parallel = "auto" is reckoned as 50 calls in flight' in done.out
    config = write_config(tmp_path / "c.toml", simulator.base_url, questions)
    done = cli("plan", config, "--model", "sim-s25", cwd=tmp_path)
    assert "cost    price unknown" in done.out
    assert "16 calls in plan" in done.out
    assert simulator.stats()["requests"] == 0


def test_a_budget_needs_prices_before_the_first_call(
    tmp_path: Path, simulator: Simulator, questions: Path
) -> None:
    """Every model without a price is named, with what to do, and no cell is paid for."""
    config = write_config(tmp_path / "c.toml", simulator.base_url, questions)
    names = ("models.sim-s25", "models.sim-s75", "judges.sim-judge")
    done = cli("run", config, "--budget", "1", cwd=tmp_path)
    assert done.code == 2
    assert simulator.stats()["requests"] == 0
    config.write_text(f"budget = {{ usd = 1.0 }}\n{config.read_text()}")
    checked = cli("check", config, cwd=tmp_path)
    assert checked.code == 2, "what a run refuses is no good config"
    planned = cli("plan", config, cwd=tmp_path)
    assert planned.code == 0
    for name in names:
        told = f"{name}: a budget in US dollars needs a price here"
        assert told in done.err
        assert told in checked.err
        assert f"warning: a run will be refused: {told}" in planned.err
