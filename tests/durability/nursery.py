"""A nursery: a process that has asynceval loaded, and forks one child for each command.

A child is a process of its own that runs the whole command; only Python's start is saved, so that
there can be hundreds of them. It may be told to be struck: at a call to its disk, or by a limit.
"""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from select import select
from typing import IO

from asynceval.cli import start
from asynceval.cli.main import main
from asynceval.domain.events import AnswerLanded, Event, JudgmentLanded
from asynceval.engine import run, space
from asynceval.store import request
from asynceval.store.store import Store
from tests.e2e.rig import until
from tests.store.disks import Tripwire, refusing

PROMPT = 0.01
"""Seconds that stand for the engine's longer ones: between two syncs, between two tries to write."""
KILL = 0
_COUNTED = "calls to the disk: "
_LOADED = (
    *(f"asynceval.cli.{name}" for name in ("run", "resume", "report", "prepare", "earlier")),
    *(f"asynceval.config.{name}" for name in ("flags", "prices", "keys")),
    *(f"asynceval.report.{name}" for name in ("document", "sheets")),
    *("anyio._backends._asyncio", "uvloop", "genai_prices.data", "genai_prices.data_snapshot"),
)
"""What the commands import only once they run."""


@dataclass(frozen=True, slots=True)
class Job:
    """A command, and what is to befall it.

    Everything that it prints goes to `output`; cells that it takes for stored, to `acknowledged`.
    At the call to the disk with the number `strike` it is killed, or the call fails with `code`.
    No file may become longer than `longest` bytes once the store opens. With `linger` it stays in
    its run directory at the end until that file is there.
    """

    arguments: tuple[str, ...]
    output: str
    acknowledged: str | None = None
    strike: int = 0
    code: int = KILL
    longest: int | None = None
    linger: str | None = None


class Nursery:
    """The process that forks, from outside."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes]) -> None:
        """Take where the children work, and the process."""
        self._folder = folder
        assert process.stdin is not None
        assert process.stdout is not None
        self._jobs: IO[bytes] = process.stdin
        self._answers: IO[bytes] = process.stdout
        self._count = 0

    def begin(
        self,
        *arguments: str | Path,
        acknowledged: Path | None = None,
        strike: int = 0,
        code: int = KILL,
        longest: int | None = None,
        linger: Path | None = None,
    ) -> "Child":
        """Start a command."""
        self._count += 1
        output = self._folder / f"output-{id(self)}-{self._count}"
        job = Job(
            tuple(map(str, arguments)),
            str(output),
            None if acknowledged is None else str(acknowledged),
            strike,
            code,
            longest,
            None if linger is None else str(linger),
        )
        self._jobs.write(json.dumps(asdict(job)).encode() + b"\n")
        return Child(_told(self._answers, "started"), output, self._answers)

    def run(self, *arguments: str | Path, strike: int = 0, code: int = KILL) -> "Ended":
        """Run a command to its end."""
        return self.begin(*arguments, strike=strike, code=code).end()


@dataclass(frozen=True, slots=True)
class Ended:
    """A child that has ended: its exit code, negative for a signal, and what it printed.

    `calls` were made to its disk, if it lived to tell.
    """

    code: int
    output: str
    calls: int


@dataclass(frozen=True, slots=True)
class Child:
    """A command that runs; one at a time in a nursery."""

    pid: int
    path: Path
    answers: IO[bytes]

    def has_ended(self) -> bool:
        """Whether its end is known."""
        return bool(select([self.answers], [], [], 0)[0])

    def end(self) -> Ended:
        """Wait for its end. It may fail, but never with a traceback."""
        code = _told(self.answers, "ended")
        output, _, calls = self.path.read_text(encoding="utf-8").partition(_COUNTED)
        assert "Traceback" not in output, output
        return Ended(code, output, int(calls or 0))


@contextmanager
def nursery(folder: Path) -> Iterator[Nursery]:
    """Run a nursery while the block is open; `folder` is the working directory of its children."""
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.durability.nursery", str(folder)],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
        start_new_session=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            yield Nursery(folder, process)
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def _serve(folder: str) -> None:
    for module in _LOADED:
        with suppress(ImportError):  # some are optional
            import_module(module)
    os.chdir(folder)
    _tell("ready")
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            _become(Job(**json.loads(line)))
        _tell(f"started {pid}")
        _tell(f"ended {os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}")


def _tell(answer: str) -> None:
    sys.stdout.write(f"{answer}\n")
    sys.stdout.flush()


def _told(answers: IO[bytes], what: str) -> int:
    """Return the number that the nursery tells with a word; it has to be that word."""
    word, number = answers.readline().decode().split()
    assert word == what, f"{word} for {what}: a test has left its child behind"
    return int(number)


def _become(job: Job) -> None:
    """Be the command, and nothing after it."""
    output = os.open(job.output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(output, stream.fileno())
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    act = refusing(job.code) if job.code else partial(os.kill, os.getpid(), signal.SIGKILL)
    tripwire = Tripwire(job.strike, act)
    disk = tripwire.disk()

    def store(folder: Path, *, write: bool) -> Store:
        if job.longest is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (job.longest, resource.RLIM_INFINITY))
        return Store(folder, write=write, disk=disk)

    # The names that the composition root puts a run together from.
    vars(start).update(
        Store=store,
        write=partial(request.write, disk=disk),
        listener=partial(_listening, job),
    )
    run._SYNC_SECONDS = space._AGAIN_SECONDS = PROMPT
    space.FULL_DISK_SECONDS = PROMPT * 5
    code = 70
    try:
        main(job.arguments, prog_name="asynceval")
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 71
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(output, f"{_COUNTED}{tripwire.calls}".encode())
        os._exit(code)


@contextmanager
def _listening(job: Job, *_: object) -> Iterator[object]:
    """Note what is told to be stored; a write to a file outlives the process."""
    path = job.acknowledged or os.devnull
    notes = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def tell(event: Event) -> None:
        if isinstance(event, AnswerLanded | JudgmentLanded):
            cell = event.cell
            place = [cell.question, cell.turn, cell.target, cell.judge]
            os.write(notes, json.dumps(place).encode() + b"\n")

    yield tell
    if job.linger is not None:
        until(Path(job.linger).exists, "the end of the wait")


if __name__ == "__main__":
    _serve(sys.argv[1])
