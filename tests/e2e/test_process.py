"""The process and what is around it: its limits, its signals, its terminal, its locale, its clock."""

import ast
import json
import re
import signal
import subprocess
import time
from pathlib import Path

import orjson
import pytest

import asynceval
from tests.e2e.rig import (
    COMMAND,
    PATIENCE,
    Simulator,
    cli,
    environment,
    finish,
    log_keys,
    measured,
    simulating,
    started,
    until,
    write_config,
    write_questions,
)
from tests.e2e.test_terminal import terminal


def run_in_shell(
    script: str, *arguments: str | Path, cwd: Path
) -> subprocess.CompletedProcess[str]:
    """Run a command by a line of shell, which has it as its arguments."""
    return subprocess.run(
        ["/bin/sh", "-c", script, "sh", *COMMAND, *map(str, arguments)],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        check=False,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
    )


def run_with_files(
    tmp_path: Path, limit: str, config: Path, command: str = "run"
) -> subprocess.CompletedProcess[str]:
    """Run a command under a limit of open files."""
    return run_in_shell(f'ulimit {limit}; exec "$@"', command, config, cwd=tmp_path)


def test_few_open_files(tmp_path: Path) -> None:
    """The soft limit of open files is raised to what `parallel` needs."""
    questions = write_questions(tmp_path / "question.jsonl", 100, turns=1)
    with simulating("--latency", "0.5") as simulator:
        config = write_config(
            tmp_path / "a.toml", simulator.base_url, questions, ("sim-s25",), parallel=500
        )
        done = run_with_files(tmp_path, "-Sn 64", config)
        assert done.returncode == 0, done.stderr
        assert "open files" not in done.stderr
        assert simulator.paid == (200, 0)
        assert simulator.stats()["peak_in_flight"] >= 100
    assert "Too many open files" not in (tmp_path / "runs/e2e/events.log").read_text()


def test_too_few_open_files(tmp_path: Path, simulator: Simulator, questions: Path) -> None:
    """A hard limit below what `parallel` needs is refused with both, before the first call."""
    config = write_config(tmp_path / "a.toml", simulator.base_url, questions, parallel=500)
    done = run_with_files(tmp_path, "-n 128", config)
    assert done.returncode == 2, done.stderr
    assert done.stderr == (
        "error: parallel: 500 calls in flight need 564 open files, and the system allows 128: "
        "raise the hard limit (ulimit -Hn 564), or lower parallel, to 64 for all endpoints together\n"
    )
    assert simulator.stats()["requests"] == 0
    assert not (tmp_path / "runs").exists()
    assert "need 564 open files" in run_with_files(tmp_path, "-n 64", config, "check").stderr


def test_auto_makes_do_with_few_open_files(
    tmp_path: Path, simulator: Simulator, questions: Path
) -> None:
    """Nobody asked for so many: a warning says how far `parallel = "auto"` can go."""
    config = write_config(tmp_path / "a.toml", simulator.base_url, questions)
    config.write_text(config.read_text().replace("parallel = 50", 'parallel = "auto"'))
    done = run_with_files(tmp_path, "-n 128", config)
    assert done.returncode == 0, done.stderr
    told = 'warning: parallel = "auto" may need 1064 open files, and the system allows 128'
    assert told in done.stderr
    assert simulator.paid == (32, 0)


def test_a_hangup_that_the_user_ignores(tmp_path: Path) -> None:
    """Under `nohup` a closed terminal does not end the run."""
    questions = write_questions(tmp_path / "question.jsonl", 4)
    with simulating("--latency", "0.5") as simulator:
        config = write_config(tmp_path / "a.toml", simulator.base_url, questions)
        command = ["nohup", *COMMAND, "run", str(config), "--run-dir", "run"]
        with subprocess.Popen(
            command,
            cwd=tmp_path,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            until(lambda: simulator.stats()["in_flight"] > 0, "the first calls")
            process.send_signal(signal.SIGHUP)
            done = finish(process)
        assert done.code == 0, done.err
        assert simulator.paid == (32, 0)


def test_a_terminal_that_is_closed(tmp_path: Path) -> None:
    """When the window is closed, open calls end and are kept, and no process stays behind."""
    questions = write_questions(tmp_path / "question.jsonl", 20)
    with simulating("--latency", "0.3") as simulator:
        config = write_config(tmp_path / "a.toml", simulator.base_url, questions, parallel=8)
        with terminal((80, 24), "run", config, "--run-dir", "run", cwd=tmp_path) as seen:
            seen.watch(
                lambda: re.search(r"^sim +8/8", seen.text, re.MULTILINE) is not None, "calls"
            )
            assert seen.close() == 4  # the results could not be shown any more
        stats = simulator.stats()
        assert 0 < stats["paid"] < 160
        assert stats["paid"] == len(log_keys(tmp_path / "run"))
        assert "interrupted" in (tmp_path / "run" / "events.log").read_text()
        assert cli("resume", "run", cwd=tmp_path).code == 0
        assert simulator.paid == (160, 0)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams(tmp_path: Path, simulator: Simulator, questions: Path, closed: str) -> None:
    """A run whose streams are closed, as some services start one, goes on to its end."""
    config = write_config(tmp_path / "a.toml", simulator.base_url, questions)
    for command in (("run", config, "--run-dir", "run"), ("report", "run")):
        done = run_in_shell(f'exec "$@" {closed}', *command, cwd=tmp_path)
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode == 0, done.stderr
    assert len(log_keys(tmp_path / "run")) == 32
    assert cli("verify", "run", cwd=tmp_path).code == 0


def test_a_machine_that_sleeps(tmp_path: Path) -> None:
    """A process that stood still in mid-run says so, goes on, and ends with the whole result."""
    questions = write_questions(tmp_path / "question.jsonl", 6)
    with simulating("--latency", "0.4") as simulator:
        config = write_config(
            tmp_path / "a.toml", simulator.base_url, questions, parallel=8, endpoint="timeout = 1"
        )
        with started("run", config, "--run-dir", "run", cwd=tmp_path) as process:
            until(lambda: simulator.stats()["in_flight"] == 8, "the first calls")
            process.send_signal(signal.SIGSTOP)
            time.sleep(1.7)
            process.send_signal(signal.SIGCONT)
            done = finish(process)
        assert done.code == 0, done.err
        assert len(set(log_keys(tmp_path / "run"))) == 48
        paid, twice = simulator.paid
        assert paid - twice == 48
        assert twice <= 8
    events = (tmp_path / "run" / "events.log").read_text()
    assert re.search(r"stood still for [12]\.\d s", events), events


JUMPING = """
import itertools, sys, time
real, days = time.time, itertools.cycle((-86400, 0, 86400))
time.time = lambda: real() + next(days)
from asynceval.cli.main import main
main(sys.argv[1:])
"""


def test_a_clock_that_jumps(tmp_path: Path, questions: Path) -> None:
    """A wall clock that is a day ahead and then a day behind changes no wait and no result."""
    with simulating("--latency", "0.05", "--fault", "429=0.3", "--fault", "500=0.1") as simulator:
        config = write_config(tmp_path / "a.toml", simulator.base_url, questions, parallel=8)
        at = time.monotonic()
        jumping = subprocess.run(
            [COMMAND[0], "-c", JUMPING, "run", str(config), "--run-dir", "jumping"],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            check=True,
            timeout=PATIENCE,
        )
        assert time.monotonic() - at < 30
        assert simulator.paid == (32, 0)
        steady = cli("run", config, "--run-dir", "steady", cwd=tmp_path)
    assert jumping.stdout.decode() == steady.out


def test_memory_is_bounded_by_the_questions(tmp_path: Path) -> None:
    """A file of 20 MB takes at most twice its size of memory more than one of a few lines."""
    peaks, path = [], tmp_path
    for count in (2, 10_000):
        path = tmp_path / f"{count}.jsonl"
        with path.open("wb") as file:
            for number in range(count):
                turns = [f"{number} {letter * 950}" for letter in "ab"]
                question = {"question_id": number, "category": "stem", "turns": turns}
                file.write(orjson.dumps(question) + b"\n")
        config = write_config(tmp_path / "a.toml", "http://127.0.0.1:9/v1", path)
        code, err, peak = measured("plan", config, cwd=tmp_path)
        assert code == 0, err
        peaks.append(peak)
    assert path.stat().st_size > 19e6
    assert peaks[1] - peaks[0] < 2 * path.stat().st_size, peaks


STRANGE = (
    {"PYTHONOPTIMIZE": "2", "PYTHONHASHSEED": "1", "PYTHONIOENCODING": "cp1252"},
    {
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONHASHSEED": "2",
        "TZ": "Pacific/Kiritimati",
    },
)


def test_surroundings_change_no_result(tmp_path: Path, simulator: Simulator) -> None:
    """-O, another order of hashes, no locale, another zone: the same files and the same report."""
    questions = tmp_path / "question.jsonl"
    questions.write_text(
        '{"question_id": "Übung-你好", "category": "naïve", "turns": ["Was ist 你好? 🙂"]}\n'
        '{"question_id": 2, "category": "stem", "turns": ["Ω?", "再?"]}\n',
        "utf-8",
    )
    models = ("sim-s25-é你", "sim-s75")
    config = write_config(tmp_path / "a.toml", simulator.base_url, questions, models)
    results = []
    for number, variables in enumerate(({}, *STRANGE)):
        env = {**environment(), **variables}
        run = f"run {number}"
        with subprocess.Popen(
            [*COMMAND, "run", config, "--run-dir", run],
            cwd=tmp_path,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, err
        assert b"Traceback" not in err
        assert b"sim-s75" in out
        report = subprocess.run(
            [*COMMAND, "report", run, "--json"],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            check=True,
        )
        kept = (tmp_path / run / "questions.jsonl").read_bytes()
        asked = json.loads((tmp_path / run / "sweep.json").read_bytes())
        assert asked.pop("secret")  # each run has its own, and so its own keys of judgments
        (tmp_path / run / "events.log").read_text("utf-8")
        results.append((report.stdout, kept, asked))
    assert all(result == results[0] for result in results)
    assert "sim-s25-é你".encode() in results[0][0]


def test_no_check_is_an_assert() -> None:
    """Nothing depends on `assert`, which -O leaves out."""
    for path in Path(asynceval.__file__).parent.rglob("*.py"):
        nodes = ast.walk(ast.parse(path.read_bytes()))
        assert not [node.lineno for node in nodes if isinstance(node, ast.Assert)], path
