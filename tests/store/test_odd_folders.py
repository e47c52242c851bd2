"""Run directories on file systems that know less, and from people who mean no good."""

import os
import signal
import stat
import subprocess
import sys
from errno import EDQUOT, EINVAL
from pathlib import Path
from zlib import crc32

import pytest

from asynceval.domain.errors import StorageError
from asynceval.store.disk import Disk
from asynceval.store.eventlog import EventLog
from asynceval.store.store import Store
from tests.store.samples import key, record

PROGRAM = """
import errno, fcntl, os, sys, warnings
from pathlib import Path

def flock(*_):
    raise OSError(errno.ENOSYS, "Function not implemented")

fcntl.flock = flock
warnings.simplefilter("ignore")
from asynceval.domain.errors import StorageError
from asynceval.store.lock import locked
try:
    with locked(Path(sys.argv[1])):
        print("held", flush=True)
        sys.stdin.read()
except StorageError as error:
    print(error)
"""


def locking(folder: Path) -> subprocess.Popen[str]:
    """Start a process that locks a folder on a file system without kernel locks."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_lock_without_kernel_locks(tmp_path: Path) -> None:
    """A second process is told who holds the lock; it gets it once that process was killed."""
    with locking(tmp_path) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with locking(tmp_path) as second:
            out, _ = second.communicate(timeout=60)
        assert f"is in use by process {first.pid} on " in out
        assert " since 20" in out
        os.kill(first.pid, signal.SIGKILL)
    with locking(tmp_path) as third:
        assert third.communicate(timeout=60)[0] == "held\n"


def test_folder_that_cannot_be_synced(tmp_path: Path) -> None:
    """A file system that syncs no folders is used all the same."""

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(EINVAL, "Invalid argument")
        os.fsync(descriptor)

    with Store(tmp_path, write=True, disk=Disk(fsync=fsync)) as store:
        store.put(record(1))


def test_close_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What only closing tells of comes too late to matter: the log was synced before."""
    real = os.close

    def close(descriptor: int) -> None:
        real(descriptor)
        raise OSError(EDQUOT, "Disk quota exceeded")

    with Store(tmp_path, write=True) as store:
        store.put(record(1))
        monkeypatch.setattr(os, "close", close)
    monkeypatch.undo()
    with Store(tmp_path, write=False) as store:
        assert store.get(key(1)) == record(1).reply


@pytest.mark.parametrize("rest", [b'","x":1', b'"', b'","text":1,"flags":7'])
def test_line_that_is_no_record(tmp_path: Path, rest: bytes) -> None:
    """A line with a fitting checksum that no asynceval wrote is told in a sentence."""
    body = b'{"key":"' + key(1).hex().encode() + rest
    line = body + b',"crc":"%08x"}\n' % crc32(body)
    (tmp_path / "calls-1.jsonl").write_bytes(line)
    with Store(tmp_path, write=False) as store:
        with pytest.raises(StorageError, match=r"calls-1\.jsonl: byte 0: no record of a call"):
            store.get(key(1))
        with pytest.raises(StorageError, match="no record of a call"):
            list(store.records())


def test_event_log_that_is_a_link(tmp_path: Path) -> None:
    """A link in the place of the event log is not followed, and a new one is private."""
    (tmp_path / "victim").touch()
    (tmp_path / "events.log").symlink_to(tmp_path / "victim")
    with pytest.raises(StorageError, match=r"events\.log: cannot be written"):
        EventLog(tmp_path / "events.log")
    (tmp_path / "events.log").unlink()
    with EventLog(tmp_path / "events.log"):
        pass
    assert (tmp_path / "events.log").stat().st_mode & 0o077 == 0
