"""The server: a service on a socket, with a ledger to look into, until it is told to end."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from signal import SIGINT, SIGTERM

import anyio
from aiohttp import web

from asynceval.domain.errors import ConfigError
from asynceval.simulator.ledger import Ledger
from asynceval.simulator.service import Service
from asynceval.simulator.settings import Settings

_BACKLOG = 2048
_KEEPALIVE = 75.0


@dataclass(frozen=True, slots=True)
class Simulator:
    """A simulator that runs: where it is, and what it counted."""

    base_url: str
    ledger: Ledger


async def serve(
    settings: Settings, *, host: str = "127.0.0.1", port: int, on_ready: Callable[[str], None]
) -> None:
    """Serve until SIGTERM or SIGINT; `on_ready` is told the base URL. Port 0 is any free one."""
    with anyio.open_signal_receiver(SIGINT, SIGTERM) as signals:
        async with running(settings, host=host, port=port, grace=2.0) as simulator:
            on_ready(simulator.base_url)
            async for _ in signals:
                return


@asynccontextmanager
async def running(
    settings: Settings,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    grace: float = 0.1,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncIterator[Simulator]:
    """Run a simulator inside this event loop while the block is open.

    At the end, replies that are due within `grace` seconds are still sent. `clock` is what the
    limits count by, in seconds. ConfigError if the port cannot be had.
    """
    service = Service(settings, clock)
    runner = web.AppRunner(
        service.app(),
        access_log=None,
        handler_cancellation=True,
        keepalive_timeout=_KEEPALIVE,
        shutdown_timeout=grace,
    )
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port, backlog=_BACKLOG).start()
        except OSError as error:
            reason = error.strerror or error
            raise ConfigError(f"the simulator cannot listen on {host}:{port}: {reason}") from error
        address = f"[{host}]" if ":" in host else host
        bound = runner.addresses[0][1]
        yield Simulator(f"http://{address}:{bound}/v1", service.ledger)
    finally:
        await runner.cleanup()
