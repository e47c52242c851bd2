"""Interrupts: the first winds the run down, the second ends it at once."""

import re
import shlex
import signal
import time
from pathlib import Path
from subprocess import Popen

import pytest

from tests.e2e.rig import (
    Simulator,
    cli,
    finish,
    log_keys,
    simulating,
    started,
    until,
    write_config,
    write_questions,
)

GRACE = 10.0
SOON = 8.0
"""Seconds that a loaded machine may take for what happens at once."""


def config(folder: Path, simulator: Simulator) -> Path:
    """Write a config for a run of 120 calls, 12 of them at a time."""
    questions = write_questions(folder / "question.jsonl", 15)
    return write_config(folder / "sweep.toml", simulator.base_url, questions, parallel=12)


def until_busy(simulator: Simulator, calls: int) -> None:
    """Wait until so many calls have arrived, and some of them are open."""
    until(
        lambda: (now := simulator.stats())["requests"] >= calls and now["in_flight"] > 0,
        f"{calls} calls to be sent",
    )


def interrupt_twice(process: Popen[str], first: signal.Signals, second: signal.Signals) -> str:
    """Send the second signal once the first is heard; return what was said till then."""
    assert process.stderr is not None
    process.send_signal(first)
    said = ""
    while "stopping" not in said:
        line = process.stderr.readline()
        assert line, said
        said += line
    process.send_signal(second)
    return said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=str)
def test_once(tmp_path: Path, number: signal.Signals) -> None:
    """Open calls end and are recorded, nothing new is sent, and the command to go on works."""
    with simulating("--latency", "0.4") as simulator:
        command = ("run", config(tmp_path, simulator), "--run-dir", "a run")
        with started(*command, cwd=tmp_path) as process:
            until_busy(simulator, 20)
            at = time.monotonic()
            process.send_signal(number)
            done = finish(process)
        assert time.monotonic() - at < GRACE
        assert done.code == 130
        stats = simulator.stats()
        assert stats["in_flight"] == stats["paid_twice"] == 0
        assert stats["requests"] == stats["paid"] == len(log_keys(tmp_path / "a run"))
        assert 20 <= stats["paid"] < 120
        assert f"{stats['paid']}/120" in done.err

        found = re.search(r"interrupted\. To continue: asynceval (.*)\n\Z", done.err)
        assert found is not None, done.err
        resumed = cli(*shlex.split(found[1]), cwd=tmp_path)
        assert resumed.code == 0, resumed.err
        assert "60 of 60 judgments have a verdict." in resumed.out
        assert simulator.paid == (120, 0)
        assert cli(*command, cwd=tmp_path).out == resumed.out
        assert simulator.paid == (120, 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=str)
def test_twice(tmp_path: Path, number: signal.Signals) -> None:
    """The second signal drops the open calls and ends the run at once, in good order."""
    with simulating("--latency", "60") as simulator:
        with started(
            "run", config(tmp_path, simulator), "--run-dir", "run", cwd=tmp_path
        ) as process:
            until_busy(simulator, 12)
            said = interrupt_twice(process, number, number)
            at = time.monotonic()
            done = finish(process)
        assert time.monotonic() - at < SOON
        assert done.code == 130
        assert "12 open calls may finish within 10 s" in said
        assert "asynceval resume run" in done.err
        assert log_keys(tmp_path / "run") == []
        assert simulator.stats()["requests"] == 12


def test_grace_is_over(tmp_path: Path) -> None:
    """Calls that do not end within the grace are dropped, and what had ended is kept."""
    with simulating("--latency", "lognormal:0.3,60") as simulator:
        with started(
            "run", config(tmp_path, simulator), "--run-dir", "run", cwd=tmp_path
        ) as process:
            until_busy(simulator, 30)
            at = time.monotonic()
            process.send_signal(signal.SIGINT)
            done = finish(process)
        assert time.monotonic() - at < GRACE + SOON
        assert done.code == 130
        paid, _ = simulator.paid
        assert 0 < len(log_keys(tmp_path / "run")) <= paid
        assert cli("verify", "run", cwd=tmp_path).code == 0


def test_nothing_open(tmp_path: Path) -> None:
    """A run that only waits to try again has nothing to finish, and ends at once."""
    with simulating("--fault", "429=1") as simulator:
        with started(
            "run", config(tmp_path, simulator), "--run-dir", "run", cwd=tmp_path
        ) as process:
            until(lambda: simulator.stats()["requests"] > 20, "some calls to be refused")
            at = time.monotonic()
            process.send_signal(signal.SIGINT)
            done = finish(process)
        assert time.monotonic() - at < SOON
        assert done.code == 130
        assert simulator.paid == (0, 0)
