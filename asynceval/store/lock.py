"""The lock: one writer for a run directory."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import orjson
from filelock import FileLock, SoftFileLock, Timeout

from asynceval.domain.errors import StorageError
from asynceval.store.disk import REAL_DISK

_TRIES = 8
_WAIT = 0.025


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock file, or raise StorageError that names who does. Makes the folder.

    The kernel gives a lock back when its process ends, however it ends, so a stale file is no
    hindrance. A file system without such locks has the file itself for one: filelock warns of it,
    and takes it over when its process is gone on this host.
    """
    path = folder / "lock"
    lock = FileLock(path, timeout=0)
    try:
        REAL_DISK.make_folder(folder)
        lock.acquire()
    except Timeout:
        raise StorageError(f"{folder} is in use by {_holder(path)}; one run at a time") from None
    except OSError as error:
        raise StorageError(f"{path}: cannot be locked: {error.strerror}") from error
    try:
        # filelock's own note tells whether such a lock is stale, so it must stay as it is.
        if not isinstance(lock, SoftFileLock):
            _sign(path)
        yield
    finally:
        lock.release()


def _sign(path: Path) -> None:
    holder = {"pid": os.getpid(), "host": socket.gethostname(), "since": _stamp(time.time())}
    with suppress(OSError):  # it is for people; a disk that is full is told by what follows
        path.write_bytes(orjson.dumps(holder))


def _holder(path: Path) -> str:
    """Return who holds the lock. One that has only just taken it is given time to say so."""
    for _ in range(_TRIES):
        try:
            pid, host, since = _note(path)
            if host != socket.gethostname() or _is_alive(pid):
                return f"process {pid} on {host} since {since}"
        except (OSError, ValueError, KeyError, TypeError):
            pass
        time.sleep(_WAIT)
    return "another process"


def _note(path: Path) -> tuple[int, str, str]:
    """Return process, host and time of the holder, from our note or from filelock's."""
    content = path.read_bytes()
    if content.startswith(b"{"):
        holder = orjson.loads(content)
        return int(holder["pid"]), holder["host"], holder["since"]
    pid, host, *_ = content.decode().splitlines()
    return int(pid), host, _stamp(path.stat().st_mtime)


def _stamp(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
