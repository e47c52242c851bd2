"""Managed servers: started for a run, gone after it, however it ends."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.e2e.rig import (
    Done,
    cli,
    environment,
    finish,
    log_keys,
    started,
    until,
    write_config,
    write_questions,
)

URL = "http://127.0.0.1:{port}/v1"
MARK = "ASYNCEVAL_TEST_MARK"
SERVE = "asynceval simulate --port {port}"


def config(folder: Path, questions: Path, command: str, more: str = "") -> Path:
    """Write a config whose endpoint is served by a command."""
    server = f'server = {{ command = "{command}", ready = "/health"{more} }}'
    return write_config(folder / "sweep.toml", URL, questions, endpoint=server)


def survivors(mark: str) -> list[int]:
    """Return the processes that have the mark in their environment."""
    if not Path("/proc/self/environ").exists():
        pytest.skip("there is no /proc here")
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            environ = path.read_bytes()
        except OSError:  # it has ended, or is not ours
            continue
        if mark.encode() in environ:
            found.append(int(path.parent.name))
    return found


@pytest.fixture
def mark() -> Iterator[str]:
    """Return a mark of its own for each test; what bears it afterwards is killed."""
    name = uuid4().hex
    yield name
    for process in survivors(name):
        os.kill(process, signal.SIGKILL)


def port(run: Path) -> int:
    """Return where the server said that it listens."""
    said = re.search(r"ready at http://127\.0\.0\.1:(\d+)/v1", (run / "server-sim.log").read_text())
    assert said is not None
    return int(said[1])


def is_refused(number: int) -> bool:
    """Whether nothing listens on a port."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", number)) != 0


def starts(run: Path) -> int:
    """Return how often the run's server was started."""
    return (run / "events.log").read_text().count("endpoint sim: started")


def test_whole_run(tmp_path: Path, questions: Path, mark: str) -> None:
    """A server is started, used and stopped, its output kept; none is started for nothing to do."""
    env = environment(**{MARK: mark})
    command = ("run", config(tmp_path, questions, SERVE), "--run-dir", "run")
    done = cli(*command, cwd=tmp_path, env=env)
    assert done.code == 0, done.err
    run = tmp_path / "run"
    assert len(log_keys(run)) == 32
    assert is_refused(port(run))
    assert survivors(mark) == []
    assert starts(run) == 1

    again = cli(*command, cwd=tmp_path, env=env)
    assert (again.code, again.out) == (0, done.out)
    # What a run counts as it goes is what the report derives from the log.
    assert cli("report", run, cwd=tmp_path).out == done.out
    assert starts(run) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=str)
def test_interrupted(tmp_path: Path, questions: Path, mark: str, number: signal.Signals) -> None:
    """An interrupt stops the server as well, after the open calls have ended."""
    run = tmp_path / "run"
    command = ("run", config(tmp_path, questions, f"{SERVE} --latency 0.5"), "--run-dir", run)
    with started(*command, cwd=tmp_path, env=environment(**{MARK: mark})) as process:
        until(lambda: len(log_keys(run)) > 0, "the first answer")
        process.send_signal(number)
        done = finish(process)
    assert done.code == 130
    assert 0 < len(log_keys(run)) < 32
    assert is_refused(port(run))
    assert survivors(mark) == []


def test_interrupted_while_it_starts(tmp_path: Path, questions: Path, mark: str) -> None:
    """An interrupt while a server gets ready ends the run at once, and the server."""
    run = tmp_path / "run"
    command = ("run", config(tmp_path, questions, "sleep 600 {port}"), "--run-dir", run)
    with started(*command, cwd=tmp_path, env=environment(**{MARK: mark})) as process:
        until(lambda: (run / "events.log").exists() and starts(run) == 1, "the server's start")
        at = time.monotonic()
        process.send_signal(signal.SIGINT)
        done = finish(process)
    assert time.monotonic() - at < 10
    assert done.code == 130
    assert survivors(mark) == []


def test_children_end_too(tmp_path: Path, questions: Path, mark: str) -> None:
    """What a server has started ends with it, even if it does not listen to SIGTERM."""
    script = tmp_path / "serve.sh"
    script.write_text('trap "" TERM\nsleep 600 &\nexec "$0" -m asynceval simulate --port "$1"\n')
    command = f"sh -c '. {script}' {sys.executable} {{port}}"
    done = run_with(tmp_path, questions, command, mark)
    assert done.code == 0, done.err
    assert survivors(mark) == []


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("sh -c 'echo no such flag; exit 3' {port}", "ended with exit code 3 before it was ready"),
        ("sleep 600 {port}", "was not ready at http://127.0.0.1:"),
        ("no-such-program-here --port {port}", "cannot start no-such-program-here"),
    ],
)
def test_does_not_start(
    tmp_path: Path, questions: Path, mark: str, command: str, words: str
) -> None:
    """A server that does not start is told with its last words, and leaves nothing behind."""
    done = run_with(tmp_path, questions, command, mark, ", startup_timeout = 1.0")
    assert (done.code, done.out) == (2, "")
    assert f"endpoint sim: {'' if 'cannot' in words else 'the server '}{words}" in done.err
    assert "no such flag" in done.err or "echo" not in command
    assert survivors(mark) == []


def run_with(folder: Path, questions: Path, command: str, mark: str, more: str = "") -> Done:
    """Run with an endpoint that is served by a command."""
    path = config(folder, questions, command, more)
    return cli("run", path, "--run-dir", "run", cwd=folder, env=environment(**{MARK: mark}))


def served(mark: str) -> int:
    """Return the one process that serves."""
    words = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in survivors(mark)}
    [server] = [pid for pid, line in words.items() if b"simulate" in line]
    return server


def test_a_server_that_crashes_is_started_again_and_no_call_is_lost(
    tmp_path: Path, mark: str
) -> None:
    """Its last words are told, its calls wait, and the run is complete."""
    questions = write_questions(tmp_path / "q.jsonl", 40)
    path = config(tmp_path, questions, f"{SERVE} --latency 0.2")
    run = tmp_path / "run"
    command = ("run", path, "--run-dir", run)
    with started(*command, cwd=tmp_path, env=environment(**{MARK: mark})) as process:
        until(lambda: len(log_keys(run)) > 0, "the first answer")
        os.kill(served(mark), signal.SIGKILL)
        done = finish(process)
    assert done.code == 0, done.err
    assert "sim is started again: the server ended with signal 9 (SIGKILL)" in done.err
    assert "simulator ready" in done.err
    assert starts(run) == 2
    assert len(log_keys(run)) == 320
    assert survivors(mark) == []


def test_a_server_that_keeps_crashing_is_given_up(
    tmp_path: Path, questions: Path, mark: str
) -> None:
    """It is started again three times; then its endpoint is halted, with its last words."""
    (tmp_path / "serve.py").write_text(
        "import subprocess, sys\n"
        "server = subprocess.Popen([sys.executable, '-m', 'asynceval', 'simulate', '--fault', 'hang=1', "
        "'--port', sys.argv[1]], stderr=subprocess.PIPE)\n"
        "server.stderr.readline()\n"
        "import time; time.sleep(0.3)\n"
        "print('out of memory', flush=True)\n"
        "sys.exit(7)\n"
    )
    done = run_with(tmp_path, questions, f"{sys.executable} {tmp_path}/serve.py {{port}}", mark)
    assert "started again 3 times. the server ended with exit code 7" in done.err
    assert "out of memory" in done.err
    assert starts(tmp_path / "run") == 4
    assert done.code == 3
    assert survivors(mark) == []


def test_what_a_killed_run_left_behind_is_stopped_by_the_next(tmp_path: Path, mark: str) -> None:
    """Its server is known by a note in the run directory, and nobody else's is touched."""
    questions = write_questions(tmp_path / "q.jsonl", 4)
    path = config(tmp_path, questions, f"{SERVE} --latency 0.3")
    run = tmp_path / "run"
    command = ("run", path, "--run-dir", run)
    with started(*command, cwd=tmp_path, env=environment(**{MARK: mark})) as process:
        until(lambda: len(log_keys(run)) > 0, "the first answer")
        process.kill()
        process.wait()
    left = served(mark)
    other = subprocess.Popen(["sleep", "600"], env=environment(**{MARK: mark}))
    done = cli(*command, cwd=tmp_path, env=environment())
    assert done.code == 0, done.err
    assert f"stopped process {left}, which an earlier run had left" in done.err
    assert survivors(mark) == [other.pid]
    other.kill()
    other.wait()
    assert not list(run.glob("*.pid"))


def test_a_run_directory_starts_no_program_unasked(
    tmp_path: Path, questions: Path, mark: str
) -> None:
    """It may be a stranger's: the program is named, and a flag is asked for."""
    command = f"sh -c 'touch {tmp_path}/started; exec sleep 600' {{port}}"
    env = environment(**{MARK: mark})
    assert run_with(tmp_path, questions, command, mark, ", startup_timeout = 0.2").code == 2
    (tmp_path / "started").unlink()
    for words in (("resume", "run"), ("run", "--run-dir", "run", "--parallel", "2")):
        done = cli(*words, cwd=tmp_path, env=env)
        assert (done.code, done.out) == (2, "")
        assert "exec sleep 600" in done.err
        assert "asynceval resume run --run-programs" in done.err
        assert not (tmp_path / "started").exists()
    assert cli("resume", "run", "--run-programs", cwd=tmp_path, env=env).code == 2
    assert (tmp_path / "started").exists()


def gpu_config(folder: Path, questions: Path, *, judge_gpus: str) -> Path:
    """Write a config of three checkpoints that take turns on one GPU, and a judge."""
    models = "".join(
        f"""
[[models]]
name = "sim-s{skill}"
endpoint = "box"
server = {{ command = "{SERVE} --latency 0.05", gpus = [0], env = {{ SKILL = "{skill}" }} }}
"""
        for skill in (25, 50, 75)
    )
    path = folder / "box.toml"
    path.write_text(f"""
name = "box"
[benchmark]
questions = "{questions}"
[endpoints.box]
base_url = "{URL}"
{models}
[[judges]]
name = "sim-judge"
endpoint = "box"
server = {{ command = "{SERVE} --latency 0.2", gpus = [{judge_gpus}] }}
""")
    return path


def story(run: Path) -> list[str]:
    """Return what became of the servers, in order: a name, and up or down."""
    lines = (run / "events.log").read_text().splitlines()
    told = [re.search(r"endpoint box/(\S+): (ready|stopped)", line) for line in lines]
    return [f"{found[1]} {found[2]}" for found in told if found is not None]


def test_checkpoints_take_turns_on_one_gpu(tmp_path: Path, questions: Path, mark: str) -> None:
    """One after the other, in order, each loaded once; a judge of another GPU is up all the time."""
    path = gpu_config(tmp_path, questions, judge_gpus="1")
    env = environment(**{MARK: mark})
    done = cli("run", path, "--run-dir", "run", cwd=tmp_path, env=env)
    assert done.code == 0, done.err
    told = [line for line in story(tmp_path / "run") if "judge" not in line]
    assert told == [
        *("sim-s25 ready", "sim-s25 stopped", "sim-s50 ready", "sim-s50 stopped"),
        "sim-s75 ready",
    ]
    assert story(tmp_path / "run").count("sim-judge ready") == 1
    assert survivors(mark) == []
    again = cli("run", path, "--run-dir", "run", cwd=tmp_path, env=env)
    assert (again.code, again.out) == (0, done.out)


def test_a_judge_on_the_same_gpu_comes_last(tmp_path: Path, questions: Path, mark: str) -> None:
    """It is loaded once, when all answers are there; nothing waits for ever."""
    path = gpu_config(tmp_path, questions, judge_gpus="0")
    done = cli("run", path, "--run-dir", "run", cwd=tmp_path, env=environment(**{MARK: mark}))
    assert done.code == 0, done.err
    assert story(tmp_path / "run")[-2:] == ["sim-s75 stopped", "sim-judge ready"]
    assert len(story(tmp_path / "run")) == 7
    assert survivors(mark) == []


def test_check(tmp_path: Path, questions: Path, mark: str) -> None:
    """A check starts the server, asks each model once, counts what there is, and leaves nothing."""
    path = config(tmp_path, questions, SERVE)
    done = cli("check", path, cwd=tmp_path, env=environment(**{MARK: mark}))
    assert done.code == 0
    assert re.search(r"ok .*: \d+ questions?, \d+ models?, \d+ judges?$", done.out, re.MULTILINE)
    assert "answers" in done.out
    assert survivors(mark) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=str)
def test_a_check_that_is_interrupted_stops_its_server(
    tmp_path: Path, questions: Path, mark: str, number: signal.Signals
) -> None:
    """And says so; nothing of it stays."""
    path = config(tmp_path, questions, f"{SERVE} --latency 60")
    env = environment(**{MARK: mark, "TMPDIR": str(tmp_path)})
    with started("check", path, cwd=tmp_path, env=env) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("starting sim, its output is in ")
        assert process.stderr.readline().startswith("sim is ready after ")
        process.send_signal(number)
        done = finish(process)
    assert (done.code, done.err) == (130, "interrupted; what was started is stopped\n")
    assert survivors(mark) == []
    assert not list(tmp_path.glob("asynceval-check-*"))


@pytest.mark.parametrize("command", ["check", "run"])
def test_what_a_killed_check_left_behind_is_stopped_by_the_next_command(
    tmp_path: Path, questions: Path, mark: str, command: str
) -> None:
    """Its folder is found, while that of a check that goes on is left alone."""
    env = environment(**{MARK: mark, "TMPDIR": str(tmp_path)})
    slow = config(tmp_path, questions, f"{SERVE} --latency 60")
    with (
        started("check", slow, cwd=tmp_path, env=env) as going_on,
        started("check", slow, cwd=tmp_path, env=env) as process,
    ):
        for each in (going_on, process):
            assert each.stderr is not None
            each.stderr.readline()
            assert "is ready" in each.stderr.readline()
        process.kill()
        process.wait()
        path = config(tmp_path, questions, SERVE)
        more = ("--run-dir", "run") if command == "run" else ()
        done = cli(command, path, *more, cwd=tmp_path, env=env)
        assert done.code == 0, done.err
        assert len(re.findall("stopped process .*, which an earlier run had left", done.err)) == 1
        assert len(list(tmp_path.glob("asynceval-check-*"))) == 1
        served(mark)
        going_on.terminate()
        assert finish(going_on).code == 130
    assert survivors(mark) == []


def test_a_check_keeps_the_output_of_a_server_that_failed(tmp_path: Path, questions: Path) -> None:
    """It is where the message says; the failure is told once, whoever waited for it."""
    path = config(tmp_path, questions, "sh -c 'echo no such flag; exit 3' {port}")
    env = environment(TMPDIR=str(tmp_path))
    done = cli("check", path, cwd=tmp_path, env=env)
    assert done.code == 2
    assert done.err.count("no such flag") == 1
    assert "endpoints.sim: sim-s25, sim-s75, sim-judge: the server ended" in done.err
    (log,) = tmp_path.glob("asynceval-check-*/server-sim.log")
    assert f"Its last lines ({log}):" in done.err
    assert log.read_text() == "no such flag\n"


def test_check_names_what_does_not_answer(tmp_path: Path, questions: Path) -> None:
    """A check of an endpoint where nobody listens says so, and exits with 2."""
    path = write_config(tmp_path / "c.toml", "http://127.0.0.1:9/v1", questions)
    done = cli("check", path, cwd=tmp_path)
    assert done.code == 2
    assert "is the server up?" in done.err
    assert "Traceback" not in done.err
