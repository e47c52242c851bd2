"""Leftovers: servers that a run was killed before it could stop them, known by notes in its directory.

A process is ours if it bears the mark of a note in its environment, or if it is the very process
that the note names: the same number, started at the same moment of the same boot. Nothing else is
ever signalled. Where there is no `/proc` nothing is found.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
from anyio import move_on_after, sleep

from asynceval.domain.errors import StorageError
from asynceval.domain.events import LeftoverStopped, Listener
from asynceval.store.disk import REAL_DISK
from asynceval.store.names import slug
from asynceval.store.plainfile import read_whole

MARK = "ASYNCEVAL_SERVER"
"""The variable in the environment of a managed server that holds its mark."""
_PROC = Path("/proc")
TERM_SECONDS = 5.0
"""How long what was asked to stop may take before it is killed."""
_LOOK_SECONDS = 0.05
_LARGEST = 1 << 16


@dataclass(frozen=True, slots=True)
class Note:
    """A server that was started: its mark, and its first process once there is one.

    `started` tells the moment of that, as the system counts it; "" where it does not.
    """

    endpoint: str
    mark: str
    pid: int | None = None
    started: str = ""


def write(folder: Path, note: Note) -> None:
    """Keep a note for the run that comes after this one, should this one be killed."""
    path = _path(folder, note.endpoint)
    draft = path.with_suffix(".new")
    try:
        REAL_DISK.draft(draft, orjson.dumps(asdict(note)))
        REAL_DISK.rename(draft, path)
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror}") from error


def forget(folder: Path, endpoint: str) -> None:
    """Take a note back: its server has ended."""
    with suppress(OSError):
        _path(folder, endpoint).unlink(missing_ok=True)


async def stop_leftovers(folder: Path, tell: Listener) -> None:
    """Stop what an earlier run of this directory left behind; its lock must be held."""
    for path in _notes(folder):
        note = _read(path)
        if note is not None and _ours(note):
            tell(LeftoverStopped(note.endpoint, note.pid or min(_ours(note), default=0)))
            await stop(note)
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _notes(folder: Path) -> list[Path]:
    return sorted(folder.glob("server-*.pid"))


async def stop(note: Note) -> bool:
    """Ask all that is left of a server to stop, and kill what has not within a few seconds.

    False if nothing was found.
    """
    asked, left = set[int](), _ours(note)
    with move_on_after(TERM_SECONDS):
        while left:
            _signal(left - asked, signal.SIGTERM)
            asked |= left
            await sleep(_LOOK_SECONDS)
            # A machine's processes are many to look at, so first only at these.
            left = {pid for pid in left if _is_there(pid)} or _ours(note)
    _signal(_ours(note), signal.SIGKILL)
    return bool(asked)


def started(pid: int) -> str:
    """Return when a process started, in words that no other process of that number has; "" if unknown."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}/{_stat(pid)[19]}"
    except (OSError, IndexError):
        return ""


def _path(folder: Path, endpoint: str) -> Path:
    return folder / f"server-{slug(endpoint)}.pid"


def _read(path: Path) -> Note | None:
    try:
        match orjson.loads(read_whole(path, _LARGEST)):
            case {"endpoint": str(name), "mark": str(mark), "pid": pid, "started": str(since)}:
                is_number = type(pid) is int and pid > 1
                return Note(name, mark, pid if is_number else None, since) if mark else None
    except (OSError, ValueError, StorageError):
        pass
    return None


def _ours(note: Note) -> set[int]:
    """Return the processes that are left of a server: those with its mark, and its first one's group."""
    mark = f"{MARK}={note.mark}".encode()
    is_there = note.pid is not None and note.started and started(note.pid) == note.started
    found = set()
    for pid in _processes():
        with suppress(OSError, IndexError):
            if _is_dead(pid):
                continue
            is_of_group = is_there and int(_stat(pid)[2]) == note.pid
            if is_of_group or mark in (_PROC / str(pid) / "environ").read_bytes().split(b"\0"):
                found.add(pid)
    return found - {os.getpid()}


def _processes() -> Iterator[int]:
    for path in _PROC.glob("[0-9]*"):
        yield int(path.name)


def _is_there(pid: int) -> bool:
    try:
        return not _is_dead(pid)
    except (OSError, IndexError):
        return False


def _is_dead(pid: int) -> bool:
    """Whether nobody has asked yet how a process ended."""
    return _stat(pid)[0] in "ZX"


def _stat(pid: int) -> list[str]:
    """Return what is told of a process after its name: its state, its parent, its group and so on."""
    return (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()


def _signal(pids: set[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
