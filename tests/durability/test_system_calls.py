"""The system calls themselves struck, from outside the process, where strace is at hand."""

import os
import signal
import subprocess
from pathlib import Path
from shutil import which

import pytest

from asynceval.store.disk import REAL_DISK
from asynceval.store.line import key_of
from tests.durability.scene import Scene
from tests.e2e.rig import COMMAND, environment, log_lines

traced = pytest.mark.skipif(which("strace") is None, reason="strace is not installed")


def strike(scene: Scene, run: Path, what: str, file: str = "calls-1.jsonl") -> tuple[int, str]:
    """Run the sweep with a fault injected at a file; return the exit code and what was printed."""
    scene.reset()
    tracer = [
        "strace",
        "-f",
        "-qq",
        "-o",
        os.devnull,
        "-P",
        str(run / file),
        "-e",
        f"inject={what}",
    ]
    command = [*tracer, *COMMAND, "run", str(scene.config), "--run-dir", str(run)]
    done = subprocess.run(
        command,
        cwd=scene.folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if "ptrace" in done.stderr:
        pytest.skip("tracing is not permitted here")
    assert "Traceback" not in done.stdout + done.stderr
    # strace ends by the signal that its command ended by.
    return done.returncode, done.stdout + done.stderr


@traced
@pytest.mark.parametrize(
    ("what", "file", "code"),
    [
        ("write:signal=KILL:when=5", "calls-1.jsonl", -9),
        ("fsync:signal=KILL:when=1", "calls-1.jsonl", -9),
        ("rename:signal=KILL:when=1", "sweep.new", -9),
        ("write:error=ENOSPC:when=3", "calls-1.jsonl", 0),
        ("write:error=EINTR:when=2+2", "calls-1.jsonl", 0),
        ("fsync:error=EIO:when=1", "calls-1.jsonl", 4),
    ],
)
def test_a_system_call_is_struck(scene: Scene, what: str, file: str, code: int) -> None:
    """The log holds whole lines, and the same command again completes the run."""
    run = scene.folder / what.replace(":", "-")
    found, output = strike(scene, run, what, file)
    assert found == code, output
    assert all(key_of(line) is not None for line in log_lines(run))
    scene.check(run)
    assert len(log_lines(run)) == scene.calls or code
    scene.resume(run)


def test_an_interrupted_write_is_made_again() -> None:
    """A write that signals interrupt again and again is finished, and is no error."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    full = 0
    try:
        while True:
            full += os.write(writer, bytes(4096))
    except BlockingIOError:
        os.set_blocking(writer, True)
    interrupts: list[int] = []

    def interrupted(*_: object) -> None:
        interrupts.append(1)
        if len(interrupts) == 4:
            os.read(reader, full)

    before = signal.signal(signal.SIGALRM, interrupted)
    signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
    try:
        REAL_DISK.write_all(writer, b"whole")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    rest = os.read(reader, full + 10)
    os.close(reader)
    os.close(writer)
    assert len(interrupts) >= 4
    assert rest.endswith(b"whole")
