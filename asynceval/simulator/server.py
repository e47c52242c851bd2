"""The server: the simulator on a socket. Everything it decides is decided in the pure modules.

An order of decisions for each request: key, format, limits, fault, payment, latency. What is
refused by a limit is no attempt, so which requests fail does not depend on when they come. A call
is paid for before its latency starts: a client that goes away has still caused the cost.
"""

import asyncio
import hmac
import socket
import struct
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from signal import SIGINT, SIGTERM

import anyio
import orjson
from aiohttp import web

from asynceval.domain.errors import ConfigError
from asynceval.simulator import chat as wire
from asynceval.simulator.dice import digest
from asynceval.simulator.faults import Fault, choose
from asynceval.simulator.grader import grade
from asynceval.simulator.ledger import Ledger
from asynceval.simulator.limits import Limits, Refusal
from asynceval.simulator.settings import Settings
from asynceval.simulator.writer import answer

MODELS = ("sim-s25", "sim-s50", "sim-s75", "sim-judge")

_JSON = "application/json"
_MOST_BYTES = 32 << 20
_BACKLOG = 2048
_KEEPALIVE = 75.0
_LINGER_ZERO = struct.pack("ii", 1, 0)
_SIMULATED_RATE = Refusal("requests", 0, 0.1)
_STATUS = {Fault.INTERNAL: 500, Fault.UNAVAILABLE: 503}


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
    service = _Service(settings, clock)
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


class _Service:
    """The endpoints, and the state they share."""

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        self.ledger = Ledger()
        self._settings = settings
        self._clock = clock
        self._limits = Limits(settings.rpm, settings.tpm)
        self._bearer = None if settings.api_key is None else f"Bearer {settings.api_key}".encode()
        self._is_stopping = asyncio.Event()

    def app(self) -> web.Application:
        app = web.Application(client_max_size=_MOST_BYTES)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_post("/chat/completions", self._chat)
        app.router.add_get("/v1/models", self._models)
        app.router.add_get("/health", self._health)
        app.router.add_get("/stats", self._stats)
        app.router.add_post("/stats/reset", self._reset_stats)
        app.on_shutdown.append(self._stop)
        return app

    async def _stop(self, _: web.Application) -> None:
        self._is_stopping.set()

    async def _health(self, _: web.Request) -> web.Response:
        return _respond(orjson.dumps({"status": "ok"}))

    async def _stats(self, _: web.Request) -> web.Response:
        return _respond(orjson.dumps(self.ledger.stats()))

    async def _reset_stats(self, _: web.Request) -> web.Response:
        self.ledger.reset()
        return _respond(orjson.dumps(self.ledger.stats()))

    async def _models(self, request: web.Request) -> web.Response:
        if not self._is_allowed(request):
            return _respond_unauthorised()
        models = [
            {"id": name, "object": "model", "created": 0, "owned_by": "asynceval"}
            for name in MODELS
        ]
        return _respond(orjson.dumps({"object": "list", "data": models}))

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        self.ledger.arrive()
        try:
            body = await request.read()
            if not self._is_allowed(request):
                return _respond_unauthorised()
            try:
                chat = wire.read(body)
            except wire.Refused as refused:
                return _respond_refused(refused)
            return await self._complete(request, body, chat)
        finally:
            self.ledger.leave()

    async def _complete(
        self, request: web.Request, body: bytes, chat: wire.Chat
    ) -> web.StreamResponse:
        settings, ledger = self._settings, self.ledger
        completion = wire.cut(chat, tuple(_say(chat, choice) for choice in range(chat.n)))
        now = self._clock()
        refusal = self._limits.admit(chat.prompt_tokens + completion.tokens, now)
        headers = self._limits.headers(now)
        if refusal is not None:
            ledger.refuse()
            return _respond_rate_limited(refusal, headers)
        sent = digest(body)
        fault = None
        if settings.faults:
            fault = choose(settings.faults, settings.seed, sent, ledger.attempt(sent))
        if fault is not None:
            ledger.fail(fault)
            if fault is not Fault.TRUNCATE:
                return await self._fail(request, fault, headers)
        identity = request.headers.get("Idempotency-Key")
        ledger.pay(sent if identity is None else digest(identity), chat.model)
        seconds = settings.latency.seconds(sent)
        if seconds:
            await asyncio.sleep(seconds)
        reply = wire.write(chat, completion, reply_id=sent.hex()[:24], created=int(time.time()))
        if fault is Fault.TRUNCATE:
            reply = reply[: len(reply) * 2 // 3]
        return _respond(reply, headers=headers)

    async def _fail(
        self, request: web.Request, fault: Fault, headers: dict[str, str]
    ) -> web.StreamResponse:
        if fault is Fault.RATE:
            return _respond_rate_limited(_SIMULATED_RATE, headers)
        if fault in _STATUS:
            body = wire.write_error(f"The server failed (simulated {fault}).", "server_error")
            return _respond(body, _STATUS[fault], headers)
        if fault is Fault.HANG:
            await self._is_stopping.wait()
        _drop(request, reset=fault is Fault.RESET)
        # aiohttp wants a response; it notices that there is no connection left to send it on
        return _respond(b"{}")

    def _is_allowed(self, request: web.Request) -> bool:
        if self._bearer is None:
            return True
        given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        return hmac.compare_digest(given, self._bearer)


def _say(chat: wire.Chat, choice: int) -> str:
    words = grade(chat.model, chat.messages, choice)
    return answer(chat.model, chat.messages, choice) if words is None else words


def _drop(request: web.Request, *, reset: bool) -> None:
    """End the connection without a reply, with a TCP reset or in order."""
    transport = request.transport
    if transport is None:
        return
    if reset:
        # a duplicate, since uvloop's own view of the socket refuses to set options
        with socket.socket(fileno=socket.dup(transport.get_extra_info("socket").fileno())) as same:
            same.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        transport.abort()
    else:
        transport.close()


def _respond(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(body=body, status=status, headers=headers, content_type=_JSON)


def _respond_unauthorised() -> web.Response:
    message = "Incorrect API key provided."
    kind = "invalid_request_error"
    return _respond(wire.write_error(message, kind, code="invalid_api_key"), 401)


def _respond_refused(refused: wire.Refused) -> web.Response:
    body = wire.write_error(
        refused.message, "invalid_request_error", param=refused.param, code=refused.code
    )
    return _respond(body, 400)


def _respond_rate_limited(refusal: Refusal, headers: dict[str, str]) -> web.Response:
    body = wire.write_error(
        f"Rate limit reached for {refusal.kind} per min. Please try again in {refusal.wait:.3f}s.",
        refusal.kind,
        code="rate_limit_exceeded",
    )
    return _respond(body, 429, headers | refusal.headers())
