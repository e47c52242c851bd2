"""Managed servers: programs that serve an endpoint for as long as a sweep runs."""

import os
import shlex
import signal
import socket
import sys
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from subprocess import DEVNULL, STDOUT
from typing import BinaryIO
from urllib.parse import urlsplit

import aiohttp
from anyio import CancelScope, current_time, move_on_after, open_process, sleep
from anyio.abc import Process

from asynceval.domain.errors import ServerError, StorageError
from asynceval.domain.events import Listener, ServerReady, ServerStarted
from asynceval.domain.sweep import Endpoint, Server
from asynceval.store.disk import REAL_DISK
from asynceval.store.names import slug

_LAST_LINES = 8
_LOOK_SECONDS = 0.05
_TERM_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Served:
    """An endpoint that answers, and the program behind it if we started one."""

    endpoint: Endpoint
    process: Process | None = None
    log: Path | None = None

    def ended(self) -> str | None:
        """Return what became of the program, None while it runs."""
        if self.process is None or self.log is None or self.process.returncode is None:
            return None
        return f"the server ended with exit code {self.process.returncode}"

    def last_words(self) -> str:
        """Return the last lines that the program printed, and where all of them are."""
        return "" if self.log is None else _last_words(self.log)


@asynccontextmanager
async def serving(endpoint: Endpoint, folder: Path, tell: Listener) -> AsyncIterator[Served]:
    """Start an endpoint's server, if it has one, and yield the endpoint with its real URL.

    The program gets a free port, its own process group, and a file in `folder` for its output. At
    the end the whole group is asked to stop, and killed if it does not within a few seconds. Raises
    ServerError, with the program's last words, if it ends or does not get ready in time.
    """
    server = endpoint.server
    if server is None:
        yield Served(endpoint)
        return
    port = str(_free_port())
    url = endpoint.base_url.replace("{port}", port)
    command = _command(server.command.replace("{port}", port))
    log = folder / f"server-{slug(endpoint.name)}.log"
    with _opened(log) as output:
        try:
            process = await open_process(
                command, stdin=DEVNULL, stdout=output, stderr=STDOUT, start_new_session=True
            )
        except OSError as error:
            raise ServerError(
                f"endpoint {endpoint.name}: cannot start {command[0]}: {error.strerror}"
            ) from error
        try:
            tell(ServerStarted(endpoint.name, shlex.join(command), str(log)))
            started = current_time()
            await _until_ready(endpoint.name, process, server, url, log)
            tell(ServerReady(endpoint.name, url, current_time() - started))
            yield Served(replace(endpoint, base_url=url), process, log)
        finally:
            with CancelScope(shield=True):
                await _end(process)


def _command(command: str) -> list[str]:
    """Split a command as a shell would, without one; `asynceval` is this very installation."""
    words = shlex.split(command)
    if words[:1] == ["asynceval"]:
        words[:1] = [sys.executable, "-m", "asynceval"]
    return words


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _opened(log: Path) -> BinaryIO:
    try:
        descriptor = REAL_DISK.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    except OSError as error:
        raise StorageError(f"{log}: cannot be written: {error.strerror}") from error
    return os.fdopen(descriptor, "wb")


async def _until_ready(name: str, process: Process, server: Server, url: str, log: Path) -> None:
    parts = urlsplit(url)
    ready = f"{parts.scheme}://{parts.netloc}/{server.ready.lstrip('/')}"
    with move_on_after(server.startup_timeout):
        async with aiohttp.ClientSession() as session:
            while process.returncode is None:
                if await _answers(session, ready):
                    return
                await sleep(_LOOK_SECONDS)
    what = (
        f"was not ready at {ready} within {server.startup_timeout:g} s"
        if process.returncode is None
        else f"ended with exit code {process.returncode} before it was ready"
    )
    raise ServerError(f"endpoint {name}: the server {what}. {_last_words(log)}")


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url, timeout=aiohttp.ClientTimeout(5), allow_redirects=False) as got:
            return got.status == 200
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False


def _last_words(log: Path) -> str:
    with log.open(encoding="utf-8", errors="replace") as file:
        lines = deque(file, _LAST_LINES)
    if not lines:
        return f"It printed nothing ({log})."
    return f"Its last lines ({log}):\n{''.join(lines).rstrip()}"


async def _end(process: Process) -> None:
    """Stop the process and all it started: ask first, then kill."""
    _signal_group(process, signal.SIGTERM)
    with move_on_after(_TERM_SECONDS):
        await process.wait()
    _signal_group(process, signal.SIGKILL)
    await process.wait()


def _signal_group(process: Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
