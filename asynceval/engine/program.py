"""A program that is asked: one process for each call, the request on its stdin, the reply on stdout."""

import os
import shlex
import signal
from contextlib import suppress
from subprocess import PIPE

from anyio import (
    BrokenResourceError,
    CancelScope,
    create_task_group,
    current_time,
    move_on_after,
    open_process,
)
from anyio.abc import ByteReceiveStream, ByteSendStream, Process

from asynceval.domain.failure import Cause, Failure
from asynceval.domain.sweep import COMMAND
from asynceval.engine.transport import Request, Response
from asynceval.providers.signal import Action, Signal

_LARGEST = 32 << 20
_LAST_WORDS = 500
_LAST_SECONDS = 0.5
"""How long what a program has written is read after its end."""
_NOT_THERE = (FileNotFoundError, PermissionError, NotADirectoryError)


async def ask(request: Request) -> Response | Signal:
    """Start the program of a request, and return what it wrote; a signal if it failed.

    It counts as failed if it ends with another exit code than 0, or not within the request's
    time-out. It is then killed, with all that it started; so it is when the call is dropped.
    """
    words = shlex.split(request.url.removeprefix(COMMAND))
    try:
        # Whoever is cancelled in here would leave behind what the program has started meanwhile.
        with CancelScope(shield=True):
            process = await open_process(
                words, stdin=PIPE, stdout=PIPE, stderr=PIPE, start_new_session=True
            )
    except OSError as error:
        is_final = isinstance(error, _NOT_THERE)
        action = Action.HALT_ENDPOINT if is_final else Action.RETRY
        message = f"cannot start {words[0]}: {error.strerror}"
        return Signal(Failure(Cause.CONFIG if is_final else Cause.SERVER, message), action)
    said, told = bytearray(), bytearray()
    try:
        with move_on_after(request.timeout) as limit:
            async with create_task_group() as streams:
                streams.start_soon(_write, process.stdin, request.body)
                streams.start_soon(_read, process.stdout, said)
                streams.start_soon(_read, process.stderr, told)
                code = await process.wait()
                # What it has left running may hold its streams open, and is killed with it.
                streams.cancel_scope.deadline = current_time() + _LAST_SECONDS
    finally:
        with CancelScope(shield=True):
            await _end(process)
    if limit.cancelled_caught:
        message = f"the program gave no whole reply within {request.timeout:g} s"
        return Signal(Failure(Cause.TIMEOUT, message), Action.RETRY, maybe_paid=True)
    if code != 0:
        return _failed(code, bytes(told[-_LAST_WORDS:]).decode("utf-8", "replace").strip())
    if len(said) >= _LARGEST:
        message = f"the reply of the program is over {_LARGEST >> 20} MB"
        return Signal(Failure(Cause.MALFORMED, message), Action.GIVE_UP, maybe_paid=True)
    return Response(200, {}, bytes(said))


async def _write(stdin: ByteSendStream | None, content: bytes) -> None:
    """Hand the request over; a program may end without reading it."""
    if stdin is not None:
        with suppress(BrokenResourceError):
            await stdin.send(content)
        await stdin.aclose()


async def _read(stream: ByteReceiveStream | None, into: bytearray) -> None:
    """Read to the end; what is beyond the largest reply is read and forgotten."""
    if stream is not None:
        async for chunk in stream:
            into += chunk[: _LARGEST - len(into)]


async def _end(process: Process) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.aclose()


def _failed(code: int, last_words: str) -> Signal:
    ending = f"exit code {code}" if code > 0 else f"signal {-code}"
    message = f"the program ended with {ending}: {last_words or 'it said nothing'}"
    return Signal(Failure(Cause.SERVER, message), Action.RETRY, maybe_paid=True)
