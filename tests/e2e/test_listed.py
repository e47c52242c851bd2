"""Models that a server lists, asked and judged by the command."""

from pathlib import Path

import orjson

from tests.e2e.rig import Simulator, cli, environment, simulating, write_config

KEY = "ASYNCEVAL_TEST_LISTED"
LISTED = '[[models]]\nfrom = "server"\nonly = ["sim-s25", "sim-s50", "sim-s75"]\nendpoint = "sim"\n'


def listing(path: Path, base_url: str, questions: Path, endpoint: str = "") -> Path:
    """Write a config with the models that the simulator lists."""
    write_config(path, base_url, questions, (), endpoint=endpoint)
    path.write_text(path.read_text() + LISTED)
    return path


def test_every_model_that_a_server_lists_is_run(
    tmp_path: Path, simulator: Simulator, questions: Path
) -> None:
    """Each is planned, probed, answered, judged and stored under the name that it has there."""
    config = listing(tmp_path / "c.toml", simulator.base_url, questions)
    planned = cli("plan", config, "--json", "--model", "sim-s[27]*", cwd=tmp_path)
    assert orjson.loads(planned.out)["calls"]["planned"] == 2 * 16
    checked = cli("check", config, cwd=tmp_path)
    assert checked.out.splitlines()[-1].endswith(": 4 questions, 3 models, 1 judge")
    done = cli("run", config, cwd=tmp_path)
    assert done.code == 0, done.err
    sweep = orjson.loads((tmp_path / "runs/e2e/sweep.json").read_bytes())["sweep"]
    assert [t["name"] for t in sweep["targets"]] == ["sim-s25", "sim-s50", "sim-s75"]
    report = orjson.loads(cli("report", "runs/e2e", "--json", cwd=tmp_path).out)
    assert [row["model"] for row in report["single"]] == ["sim-s75", "sim-s50", "sim-s25"]


def test_a_server_that_does_not_list_is_told(tmp_path: Path, questions: Path) -> None:
    """A key that is missing or refused, and a server that is not there, end it before anything is sent."""
    variable = f'api_key_env = "{KEY}"'
    with simulating("--api-key-env", KEY, env=environment(**{KEY: "right"})) as simulator:
        config = listing(tmp_path / "c.toml", simulator.base_url, questions, variable)
        missing = cli("run", config, cwd=tmp_path)
        refused = cli("run", config, cwd=tmp_path, env=environment(**{KEY: "canary-7f3a"}))
    gone = cli("run", config, cwd=tmp_path, env=environment(**{KEY: "right"}))
    assert (missing.code, refused.code, gone.code) == (2, 2, 2)
    place = f"error: {config}:14: models[0].from: "
    assert missing.err == f"{place}needs a key: the environment variable {KEY} is not set\n"
    assert refused.err.startswith(f"{place}endpoint sim does not list its models: ")
    assert "canary" not in refused.err
    assert gone.err.startswith(f"{place}endpoint sim does not list its models: ")
    assert "127.0.0.1" in gone.err
    assert not (tmp_path / "runs").exists()
