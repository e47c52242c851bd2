"""Check a program that is asked: what reaches it, and every way in which it can fail."""

import os
import select
import shlex
import sys
from pathlib import Path

import anyio
import pytest

from asynceval.domain.failure import Cause
from asynceval.domain.sweep import COMMAND
from asynceval.engine import program
from asynceval.engine.transport import Request, Response
from asynceval.providers.signal import Action, Signal

pytestmark = pytest.mark.timeout(60)


def asked(command: str, body: bytes = b"{}", seconds: float = 30.0) -> Response | Signal:
    async def main() -> Response | Signal:
        return await program.ask(Request(f"{COMMAND}{command}", {}, body, seconds))

    return anyio.run(main)


def python(code: str, *words: str) -> str:
    return shlex.join([sys.executable, "-I", "-S", "-c", code, *words])


def test_the_request_goes_in_and_the_reply_comes_out() -> None:
    """However large both are, and whatever the program says on its stderr meanwhile."""
    code = "import sys; sys.stderr.write('x' * 200_000); print(sys.stdin.read()[::-1], end='')"
    body = b"0123456789" * 50_000
    assert asked(python(code), body) == Response(200, {}, body[::-1])


def test_a_program_may_leave_its_request_unread() -> None:
    """Then the rest of the request is dropped."""
    assert asked(python("print('{}')"), b"x" * 5_000_000) == Response(200, {}, b"{}\n")


@pytest.mark.parametrize(
    ("command", "cause", "action", "message"),
    [
        (
            python("import sys; sys.exit('no GPU')"),
            Cause.SERVER,
            Action.RETRY,
            "the program ended with exit code 1: no GPU",
        ),
        (
            python("raise SystemExit(3)"),
            Cause.SERVER,
            Action.RETRY,
            "the program ended with exit code 3: it said nothing",
        ),
        (
            python("import os; os.kill(os.getpid(), 9)"),
            Cause.SERVER,
            Action.RETRY,
            "the program ended with signal 9: it said nothing",
        ),
        (
            "no-such-program --x",
            Cause.CONFIG,
            Action.HALT_ENDPOINT,
            "cannot start no-such-program: No such file or directory",
        ),
        (
            shlex.quote(str(Path(__file__))),
            Cause.CONFIG,
            Action.HALT_ENDPOINT,
            f"cannot start {Path(__file__)}: Permission denied",
        ),
    ],
)
def test_a_program_that_fails(command: str, cause: Cause, action: Action, message: str) -> None:
    """What it said last is shown; a program that is not there is not tried again."""
    got = asked(command)
    assert isinstance(got, Signal)
    assert (got.failure.cause, got.action, got.failure.message) == (cause, action, message)
    assert got.maybe_paid is (cause is Cause.SERVER)


def is_gone(pid: int) -> bool:
    """Wait until a process has ended, half a minute at most."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 30.0)[0])
    finally:
        os.close(handle)


async def has_content(path: Path) -> None:
    """Wait until something is in a file."""
    while not (path.exists() and path.read_bytes().endswith(b"\n")):  # noqa: ASYNC110, ASYNC240
        await anyio.sleep(0.005)


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits for a process by its handle")
def test_a_program_that_leaves_another_running_has_answered_when_it_ends() -> None:
    """What it leaves holds its stdout; nobody waits for that, and it is ended."""
    command = shlex.join(["sh", "-c", 'cat > /dev/null; sleep 600 & printf "$!"'])
    answered = asked(command, seconds=30.0)
    assert isinstance(answered, Response)
    assert is_gone(int(answered.body))


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits for a process by its handle")
@pytest.mark.parametrize("is_dropped", [False, True], ids=["late", "dropped"])
def test_a_program_that_hangs_is_killed_with_all_it_started(
    tmp_path: Path, is_dropped: bool
) -> None:
    """At the time-out, and when the call is dropped because the run ends."""
    noted = tmp_path / "pid"
    command = shlex.join(["sh", "-c", 'sleep 600 & echo $! > "$1"; wait', "sh", str(noted)])
    outcomes: list[Response | Signal] = []

    async def ask(seconds: float) -> None:
        outcomes.append(await program.ask(Request(f"{COMMAND}{command}", {}, b"{}", seconds)))

    async def main() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask, 600.0 if is_dropped else 1.0)
            await has_content(noted)
            if is_dropped:
                tasks.cancel_scope.cancel()

    anyio.run(main)
    assert is_gone(int(noted.read_text(encoding="utf-8")))
    if is_dropped:
        assert outcomes == []
    else:
        (got,) = outcomes
        assert isinstance(got, Signal)
        assert (got.failure.cause, got.action) == (Cause.TIMEOUT, Action.RETRY)
        assert got.failure.message == "the program gave no whole reply within 1 s"
