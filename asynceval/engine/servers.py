"""Managed servers: a program that serves an endpoint, from its start to the end of its group."""

import os
import shlex
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex
from subprocess import DEVNULL, STDOUT
from typing import BinaryIO
from urllib.parse import urlsplit

import aiohttp
from anyio import CancelScope, current_time, move_on_after, open_process, sleep
from anyio.abc import Process

from asynceval.domain.errors import ServerError, StorageError
from asynceval.domain.events import Listener, ServerReady, ServerStarted
from asynceval.domain.sweep import Endpoint, Server
from asynceval.engine import leftovers
from asynceval.engine.leftovers import MARK, Note
from asynceval.store.disk import REAL_DISK
from asynceval.store.names import slug

_LAST_LINES = 8
_LAST_BYTES = 4096
_LINE_CHARACTERS = 300
"""A line of a program's last words is cut here: it may be a bar of progress or a whole dump."""
_LOOK_SECONDS = 0.05
_TRIES = 3
"""Ports that are tried before it is told that all of them are taken."""
_TAKEN = ("address already in use", "address in use", "eaddrinuse")
_GPUS = "CUDA_VISIBLE_DEVICES"


@dataclass(frozen=True, slots=True)
class Served:
    """An endpoint that answers, and the program behind it: its output is in `log` from `since` on."""

    endpoint: Endpoint
    process: Process
    log: Path
    since: int

    async def ended(self) -> str:
        """Wait until the program ends by itself, and return how, with its last words."""
        code = await self.process.wait()
        return f"the server ended with {_ending(code)}. {_last_words(self.log, self.since)}"


@asynccontextmanager
async def serving(endpoint: Endpoint, folder: Path, tell: Listener) -> AsyncIterator[Served]:
    """Start an endpoint's server, and yield the endpoint with its real URL.

    The program gets a free port, its own process group, and a file in `folder` for its output. At
    the end the whole group is asked to stop, and killed if it does not within a few seconds. Raises
    ServerError, with the program's last words, if it ends or does not get ready in time. If that is
    since somebody else has taken its port meanwhile, it is started once more on another.
    """
    for number in range(1, _TRIES + 1):
        async with _started(endpoint, folder, tell) as served:
            begun = current_time()
            try:
                await _until_ready(served)
            except ServerError as error:
                if number < _TRIES and any(words in str(error).lower() for words in _TAKEN):
                    continue
                raise
            tell(ServerReady(endpoint.name, served.endpoint.base_url, current_time() - begun))
            yield served
            return


@asynccontextmanager
async def _started(declared: Endpoint, folder: Path, tell: Listener) -> AsyncIterator[Served]:
    """Start a program, noted in the folder for as long as it is there, and end it with its group."""
    server = declared.server
    if server is None:
        raise ServerError("has no server to start")
    port = str(_free_port())
    endpoint = replace(declared, base_url=declared.base_url.replace("{port}", port))
    command = _command(server.command.replace("{port}", port))
    note = Note(declared.name, token_hex(16))
    env = {**os.environ, **_environment(server, port), MARK: note.mark}
    log = folder / f"server-{slug(declared.name)}.log"
    with _opened(log) as output:
        since = os.fstat(output.fileno()).st_size
        leftovers.write(folder, note)
        try:
            # Whoever is cancelled in here would leave behind what was started meanwhile.
            with CancelScope(shield=True):
                process = await open_process(
                    command,
                    stdin=DEVNULL,
                    stdout=output,
                    stderr=STDOUT,
                    env=env,
                    start_new_session=True,
                )
        except OSError as error:
            leftovers.forget(folder, declared.name)
            raise ServerError(f"cannot start {command[0]}: {error.strerror}") from error
    note = replace(note, pid=process.pid, started=leftovers.started(process.pid))
    try:
        leftovers.write(folder, note)
        tell(ServerStarted(declared.name, shlex.join(command), str(log)))
        yield Served(endpoint, process, log, since)
    finally:
        with CancelScope(shield=True):
            await _end(process, note)
        leftovers.forget(folder, declared.name)


def _command(command: str) -> list[str]:
    """Split a command as a shell would, without one; `asynceval` is this very installation."""
    words = shlex.split(command)
    if words[:1] == ["asynceval"]:
        words[:1] = [sys.executable, "-m", "asynceval"]
    return words


def _environment(server: Server, port: str) -> Mapping[str, str]:
    """Return what a server's environment has besides ours."""
    gpus = {_GPUS: ",".join(server.gpus)} if server.gpus else {}
    return {**gpus, **{name: value.replace("{port}", port) for name, value in server.env}}


def _free_port() -> int:
    """Return a port where nobody listens; who listens there already would be taken for the server."""
    port = _any_port()
    while _is_taken(port):
        port = _any_port()
    return port


def _is_taken(port: int) -> bool:
    with socket.socket() as client:
        client.settimeout(1.0)
        return client.connect_ex(("127.0.0.1", port)) == 0


def _any_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _opened(log: Path) -> BinaryIO:
    try:
        descriptor = REAL_DISK.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    except OSError as error:
        raise StorageError(f"{log}: cannot be written: {error.strerror}") from error
    return os.fdopen(descriptor, "ab")


async def _until_ready(served: Served) -> None:
    """Wait until a program answers, and is still there: another may have taken its port."""
    endpoint, process = served.endpoint, served.process
    server = endpoint.server or Server("")
    parts = urlsplit(endpoint.base_url)
    ready = f"{parts.scheme}://{parts.netloc}/{server.ready.lstrip('/')}"
    with move_on_after(server.startup_timeout):
        async with aiohttp.ClientSession() as session:
            while process.returncode is None:
                is_ready = await _answers(session, ready)
                await sleep(_LOOK_SECONDS)
                if is_ready and process.returncode is None:
                    return
    what = (
        f"was not ready at {ready} within {server.startup_timeout:g} s"
        if process.returncode is None
        else f"ended with {_ending(process.returncode)} before it was ready"
    )
    words = _last_words(served.log, served.since)
    raise ServerError(f"the server {what}. {words}")


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url, timeout=aiohttp.ClientTimeout(5), allow_redirects=False) as got:
            return got.status == 200
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {-code} ({signal.Signals(-code).name})"
    except ValueError:
        return f"signal {-code}"


def _last_words(log: Path, since: int) -> str:
    """Return the end of what a program printed: few lines, of a bounded length."""
    with log.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(since, size - _LAST_BYTES))
        lines = file.read(_LAST_BYTES).decode("utf-8", "replace").rstrip().splitlines()
    if not lines:
        return f"It printed nothing ({log})."
    cut = [f"{line[:_LINE_CHARACTERS]}…" if line[_LINE_CHARACTERS:] else line for line in lines]
    return "\n".join((f"Its last lines ({log}):", *cut[-_LAST_LINES:]))


async def _end(process: Process, note: Note) -> None:
    """Stop the process and all it started, first by asking; what has left its group as well."""
    if not await leftovers.stop(note):
        # Where processes cannot be looked up, only the first one can be waited for.
        _signal_group(process, signal.SIGTERM)
        with move_on_after(leftovers.TERM_SECONDS):
            await process.wait()
    _signal_group(process, signal.SIGKILL)
    await process.wait()


def _signal_group(process: Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
