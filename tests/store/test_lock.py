"""The lock: one writer, and no trace of one that is gone."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest

from asynceval.domain.errors import StorageError
from asynceval.store.lock import locked

PROGRAM = """
import sys
import time
from pathlib import Path
from asynceval.store.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def holder(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run another process that holds the lock."""
    command = [sys.executable, "-c", PROGRAM, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"held\n"
            yield process
        finally:
            process.kill()


def test_second_process(tmp_path: Path) -> None:
    """A second process is refused, told who holds the lock and since when, again and again."""
    with holder(tmp_path) as process:
        host = socket.gethostname()
        for _ in range(3):
            with pytest.raises(StorageError) as refusal, locked(tmp_path):
                raise AssertionError("two hold the lock")
            assert str(refusal.value).startswith(
                f"{tmp_path} is in use by process {process.pid} on {host} since 20"
            )
        process.communicate(timeout=30)
    with locked(tmp_path):
        pass


def test_killed_holder(tmp_path: Path) -> None:
    """What a killed process leaves behind is no hindrance."""
    with holder(tmp_path) as process:
        os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=30)
    assert orjson.loads((tmp_path / "lock").read_bytes())["pid"] == process.pid
    with locked(tmp_path):
        assert orjson.loads((tmp_path / "lock").read_bytes())["pid"] == os.getpid()


def test_freed_after_an_error(tmp_path: Path) -> None:
    """The lock is given back however the block ends."""
    with pytest.raises(KeyError), locked(tmp_path):
        raise KeyError
    with locked(tmp_path):
        pass


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff"])
def test_unknown_holder(tmp_path: Path, content: bytes) -> None:
    """Without a readable note of who holds it, the lock refuses all the same."""
    with holder(tmp_path):
        (tmp_path / "lock").write_bytes(content)
        with pytest.raises(StorageError, match="in use by another process"), locked(tmp_path):
            pass


def test_cannot_be_locked(tmp_path: Path) -> None:
    """A folder that is none is told in a sentence."""
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be locked"), locked(tmp_path / "file"):
        pass


def test_note_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a full disk the lock holds, though it cannot say by whom."""

    def fail(_: Path, __: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fail)
    with locked(tmp_path), pytest.raises(StorageError, match="in use"), locked(tmp_path):
        pass


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """A link in the place of the lock file is refused, and its target is left alone."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "lock").symlink_to(victim)
    with pytest.raises(StorageError, match="cannot be locked"), locked(tmp_path / "run"):
        pass
    assert victim.read_bytes() == b"precious"


def test_a_holder_that_is_gone_is_not_named(tmp_path: Path) -> None:
    """Until the new holder has said who it is, the one that was killed is not taken for it."""
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait(timeout=30)
    with holder(tmp_path):
        note = {"pid": gone.pid, "host": socket.gethostname(), "since": "then"}
        (tmp_path / "lock").write_bytes(orjson.dumps(note))
        with pytest.raises(StorageError, match="in use by another process"), locked(tmp_path):
            pass


def test_a_holder_is_given_time_to_say_who_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two that start at once: the second reads the note when the first has written it."""
    with holder(tmp_path) as process:
        note = (tmp_path / "lock").read_bytes()
        (tmp_path / "lock").write_bytes(b"")
        monkeypatch.setattr(time, "sleep", lambda _: (tmp_path / "lock").write_bytes(note))
        with pytest.raises(StorageError, match=f"process {process.pid} on"), locked(tmp_path):
            pass
