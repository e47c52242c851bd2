"""Imported answers are judged by new judges, and only the judgments are paid for."""

import signal
from itertools import permutations
from pathlib import Path

import orjson
import pytest

from tests.bridge.folder import answer, question, single, write
from tests.e2e.rig import Simulator, cli, finish, log_keys, started, until

MT_BENCH = Path(__file__).parents[3] / "shared" / "mt_bench"
MODELS = ("alpaca-13b", "claude-v1", "gpt-3.5-turbo", "gpt-4", "llama-13b", "vicuna-13b-v1.3")
SINGLE, BASELINE, ALL = 6 * 160, 5 * 160 * 2, 15 * 160 * 2


def config(path: Path, base_url: str, questions: Path, models: tuple[str, ...], more: str) -> Path:
    """Write a config of imported models and new judges."""
    tables = "".join(f'[[models]]\nname = "{name}"\nendpoint = "imported"\n' for name in models)
    path.write_text(
        f"""\
name = "imported"
[benchmark]
questions = "{questions}"
{more.partition("---")[0]}
[endpoints.sim]
base_url = "{base_url}"
parallel = 50
{tables}{more.partition("---")[2]}""",
        encoding="utf-8",
    )
    return path


def judge(name: str, mode: str, more: str = "") -> str:
    """Return the table of a simulated judge."""
    return f"""
[[judges]]
name = "{name}"
endpoint = "sim"
model = "sim-judge"
mode = "{mode}"
{more}
"""


def different_prompts() -> int:
    """Return how many different prompts the three judges see: equal answers make equal prompts."""
    seen: set[tuple[object, ...]] = set()
    answers: dict[tuple[int, str], tuple[str, ...]] = {}
    for model in MODELS:
        for line in (MT_BENCH / f"model_answer/{model}.jsonl").read_bytes().split(b"\n"):
            if line:
                row = orjson.loads(line)
                answers[row["question_id"], model] = tuple(row["choices"][0]["turns"])
    for number in {number for number, _ in answers}:
        for turn in (1, 2):
            shown = {model: answers[number, model][:turn] for model in MODELS}
            seen.update((number, text) for text in shown.values())
            for one, other in permutations(MODELS, 2):
                seen.add((number, "all", shown[one], shown[other]))
                if "gpt-3.5-turbo" in (one, other):
                    seen.add((number, "baseline", shown[one], shown[other]))
    return len(seen)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return FastChat's files: two models with answers, one of them with a hole, and judgments."""
    return write(
        tmp_path / "data",
        {
            "question.jsonl": [question(1), question(2)],
            "model_answer/a.jsonl": [answer(1, "a", "a1", "a2"), answer(2, "a", "a3", "a4")],
            "model_answer/b.jsonl": [answer(1, "b", "b1", "b2"), answer(2, "b", "b3", "$ERROR$")],
            "model_judgment/gpt-4_single.jsonl": [
                single(1, "a", "[[8]]", 8),
                single(1, "elsewhere", "[[2]]", 2),
            ],
        },
    )


def test_flags_have_a_run_judged_once_more(
    tmp_path: Path, simulator: Simulator, source: Path
) -> None:
    """No model is named and none is asked; what is missing is told; the old judge stays."""
    assert cli("import", "fastchat", source, "--run-dir", "run", cwd=tmp_path).code == 0
    flags = ("--run-dir", "run", "--judge", "sim-judge", "--judge-base-url", simulator.base_url)
    planned = orjson.loads(cli("plan", *flags, "--json", cwd=tmp_path).out)
    assert {row["model"]: row["to_do"] for row in planned["models"]}["sim-judge"] == 8
    done = cli("run", *flags, cwd=tmp_path)
    assert done.code == 3, done.err
    assert "only judgments were imported of elsewhere: there is no answer to judge" in done.err
    assert simulator.stats()["by_model"] == {"sim-judge": 7}
    repeated = cli("run", *flags, cwd=tmp_path)
    assert (repeated.code, repeated.out) == (done.code, done.out), repeated.err
    report = orjson.loads(cli("report", "run", "--json", cwd=tmp_path).out)
    found = {(row["judge"], row["model"]): row["n"] for row in report["single"]}
    assert found == {
        ("gpt-4_single", "a"): 1,
        ("gpt-4_single", "elsewhere"): 1,
        ("sim-judge", "a"): 4,
        ("sim-judge", "b"): 3,
    }
    assert report["coverage"]["not_reached"] == 1

    again = cli("resume", "run", cwd=tmp_path)
    assert again.code == 3
    assert again.out == done.out
    assert simulator.stats()["requests"] == 7


def test_flags_choose_among_the_imported_models_of_a_run(
    tmp_path: Path, simulator: Simulator, source: Path
) -> None:
    """Only those that are named are judged, and one that was left out may be named later."""
    assert cli("import", "fastchat", source, "--run-dir", "run", cwd=tmp_path).code == 0
    flags = ("--run-dir", "run", "--judge", "sim-judge", "--judge-base-url", simulator.base_url)
    assert cli("run", *flags, "--model", "a", cwd=tmp_path).code == 0
    assert simulator.stats()["by_model"] == {"sim-judge": 4}
    assert cli("run", *flags, "--model", "b", cwd=tmp_path).code == 3  # it has a hole
    assert simulator.stats()["by_model"] == {"sim-judge": 7}
    unknown = cli("run", *flags, "--model", "c", cwd=tmp_path)
    assert unknown.code == 2
    assert "--model: c: no such model" in unknown.err.replace('"', "")


def test_a_config_judges_imported_models_in_pairs(
    tmp_path: Path, simulator: Simulator, source: Path
) -> None:
    """Both orders of both turns of each question, as far as both answers are there."""
    assert cli("import", "fastchat", source, "--run-dir", "run", cwd=tmp_path).code == 0
    file = config(
        tmp_path / "c.toml",
        simulator.base_url,
        source / "question.jsonl",
        ("a", "b"),
        "---" + judge("pairs", "pairwise-all"),
    )
    done = cli("run", file, "--run-dir", "run", cwd=tmp_path)
    assert done.code == 3, done.err
    assert simulator.stats()["by_model"] == {"sim-judge": 6}


def test_imported_models_that_a_run_left_out_come_back(
    tmp_path: Path, simulator: Simulator, source: Path
) -> None:
    """A run over some of them takes nothing from the others; what has no answer is still told."""
    assert cli("import", "fastchat", source, "--run-dir", "run", cwd=tmp_path).code == 0
    for models, asked in ((("a",), 4), (("a", "b", "elsewhere"), 7)):
        file = config(
            tmp_path / "c.toml",
            simulator.base_url,
            source / "question.jsonl",
            models,
            "---" + judge("j", "single"),
        )
        done = cli("run", file, "--run-dir", "run", cwd=tmp_path)
        assert done.code in {0, 3}, done.err
        assert simulator.stats()["requests"] == asked
    report = orjson.loads(cli("report", "run", "--json", cwd=tmp_path).out)
    assert {row["model"]: row["n"] for row in report["single"]} == {"a": 4, "b": 3}


@pytest.mark.parametrize(
    ("wanted", "models", "message"),
    [
        ("question.jsonl", ("a", "c"), "c was not imported into this run directory"),
        ("other.jsonl", ("a", "b"), "question 1 has other turns than the one that was imported"),
    ],
)
def test_what_does_not_fit_the_import_is_refused_before_the_first_call(
    tmp_path: Path,
    simulator: Simulator,
    source: Path,
    wanted: str,
    models: tuple[str, ...],
    message: str,
) -> None:
    """A model without an import, and questions that the answers do not answer."""
    write(source, {"other.jsonl": [question(1, turns=1)]})
    assert cli("import", "fastchat", source, "--run-dir", "run", cwd=tmp_path).code == 0
    file = config(
        tmp_path / "c.toml",
        simulator.base_url,
        source / wanted,
        models,
        "---" + judge("j", "single"),
    )
    done = cli("run", file, "--run-dir", "run", cwd=tmp_path)
    assert done.code == 2
    assert message in done.err
    assert simulator.stats()["requests"] == 0


def test_judgments_alone_cannot_be_judged_again(tmp_path: Path, simulator: Simulator) -> None:
    """Without the questions there is nothing to ask a judge."""
    rows = {"model_judgment/gpt-4_single.jsonl": [single(1, "a", "[[8]]", 8)]}
    source = write(tmp_path / "data", rows)
    assert cli("import", "fastchat", source, "--run-dir", "run", cwd=tmp_path).code == 0
    command = ("run", "--run-dir", "run", "--judge", "sim-judge")
    done = cli(*command, "--judge-base-url", simulator.base_url, cwd=tmp_path)
    assert done.code == 2
    assert "no question of the run has a text: import question.jsonl first" in done.err


@pytest.mark.skipif(not MT_BENCH.is_dir(), reason="MT-Bench's files do not ship with us")
def test_six_models_real_answers_are_judged_in_every_mode_through_an_interrupt(
    tmp_path: Path, simulator: Simulator
) -> None:
    """960 grades, 1,600 games with a baseline and 4,800 of all with all; no prompt is paid for twice."""
    assert cli("import", "fastchat", MT_BENCH, "--run-dir", "run", cwd=tmp_path).code == 0
    more = f"""\
references = "{MT_BENCH / "reference_answer"}"
templates = "{MT_BENCH / "judge_prompts.jsonl"}"
---
{judge("grades", "single")}
{judge("beside", "pairwise-baseline", 'baseline = "gpt-3.5-turbo"')}
{judge("games", "pairwise-all")}
"""
    file = config(
        tmp_path / "c.toml", simulator.base_url, MT_BENCH / "question.jsonl", MODELS, more
    )
    with started("run", file, "--run-dir", "run", cwd=tmp_path) as process:
        until(lambda: simulator.paid[0] > 2000, "2,000 calls")
        process.send_signal(signal.SIGINT)
        stopped = finish(process)
    assert stopped.code == 130, stopped.err
    assert simulator.paid[0] < 7200
    done = cli("resume", "run", cwd=tmp_path)
    assert done.code == 0, done.err
    stats = simulator.stats()
    calls = different_prompts()
    assert 7200 < calls < SINGLE + BASELINE + ALL
    assert (stats["paid"], stats["paid_twice"]) == (calls, 0)
    assert stats["by_model"] == {"sim-judge": calls}
    assert 25 < stats["peak_in_flight"] <= 50
    # 960 answers and 650 judgments were imported.
    assert len(set(log_keys(tmp_path / "run"))) == 1610 + calls

    report = orjson.loads(cli("report", "run", "--json", cwd=tmp_path).out)
    assert report["coverage"]["expected"] == SINGLE + BASELINE + ALL
    assert report["coverage"]["not_reached"] == report["coverage"]["failed"] == 0
    grades = {row["model"]: row["n"] for row in report["single"]}
    assert grades == dict.fromkeys(MODELS, 160)
    pairs = {(row["judge"], row["model"]): row["n"] for row in report["pairwise"]}
    assert pairs == {
        **{("games", model): 5 * 160 for model in MODELS},
        **{("beside", model): 160 for model in MODELS if model != "gpt-3.5-turbo"},
    } | {key: n for key, n in pairs.items() if key == ("beside", "gpt-3.5-turbo")}
