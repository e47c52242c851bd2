"""Managed servers: started for a run, gone after it, however it ends."""

import os
import re
import signal
import socket
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
    command = ("run", config(tmp_path, questions, "sleep 600"), "--run-dir", run)
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
        ("sh -c 'echo no such flag; exit 3'", "ended with exit code 3 before it was ready"),
        ("sleep 600", "was not ready at http://127.0.0.1:"),
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


def test_a_server_that_dies_is_named(tmp_path: Path, mark: str) -> None:
    """When the program ends in mid-run its endpoint is halted and its last words are shown."""
    questions = write_questions(tmp_path / "q.jsonl", 40)
    path = config(tmp_path, questions, f"{SERVE} --latency 0.5")
    run = tmp_path / "run"
    command = ("run", path, "--run-dir", run)
    with started(*command, cwd=tmp_path, env=environment(**{MARK: mark})) as process:
        until(lambda: len(log_keys(run)) > 0, "the first answer")
        words = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in survivors(mark)}
        [server] = [pid for pid, line in words.items() if b"simulate" in line]
        os.kill(server, signal.SIGKILL)
        done = finish(process)
    assert done.code == 3
    assert "the server ended with exit code -9" in done.err
    assert "simulator ready" in done.err
    assert "Traceback" not in done.err


def test_check(tmp_path: Path, questions: Path, mark: str) -> None:
    """A check starts the server, asks each model once, counts what there is, and leaves nothing."""
    path = config(tmp_path, questions, SERVE)
    done = cli("check", path, cwd=tmp_path, env=environment(**{MARK: mark}))
    assert done.code == 0
    assert re.search(r"ok .*: \d+ questions?, \d+ models?, \d+ judges?$", done.out, re.MULTILINE)
    assert "answers" in done.out
    assert survivors(mark) == []


def test_check_names_what_does_not_answer(tmp_path: Path, questions: Path) -> None:
    """A check of an endpoint where nobody listens says so, and exits with 2."""
    path = write_config(tmp_path / "c.toml", "http://127.0.0.1:9/v1", questions)
    done = cli("check", path, cwd=tmp_path)
    assert done.code == 2
    assert "is the server up?" in done.err
    assert "Traceback" not in done.err
