"""The service: what is behind each path. Everything it decides is decided in the pure modules.

An order of decisions for each request: outage, key, format, limits, fault, payment, latency. What is
refused by a limit is no attempt, so which requests fail does not depend on when they come. A call
is paid for before its latency starts: a client that goes away has still caused the cost.
"""

import asyncio
import hmac
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from math import inf

import anyio
import orjson
from aiohttp import web

from asynceval.simulator import chat as wire
from asynceval.simulator import pieces, responses
from asynceval.simulator.dice import digest
from asynceval.simulator.faults import ACCEPTED, Fault, choose
from asynceval.simulator.grader import grade, structured
from asynceval.simulator.ledger import Ledger
from asynceval.simulator.limits import Limits, Refusal
from asynceval.simulator.settings import Settings
from asynceval.simulator.writer import answer

MODELS = (*(f"sim-s{skill}" for skill in (25, 35, 50, 60, 75, 85)), "sim-judge")
"""Those that are listed; every other name is served as well."""

_MOST_BYTES = 32 << 20
_SIMULATED_WAIT = 0.1
_SLOWER = 10


class Service:
    """The paths, and the state that they share. `clock` is in seconds, for limits and outages."""

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        """Begin with an empty ledger and unused limits."""
        self.ledger = Ledger()
        self._settings = settings
        self._clock = clock
        self._limits = Limits(settings)
        self._bearer = None if settings.api_key is None else f"Bearer {settings.api_key}".encode()
        self._slots: anyio.Semaphore | nullcontext[None] = (
            nullcontext() if settings.slots is None else anyio.Semaphore(settings.slots)
        )
        self._open: set[asyncio.Transport | None] = set()
        self._out_until = -inf
        self._is_stopping = asyncio.Event()

    def app(self) -> web.Application:
        """Return the application to be served."""
        app = web.Application(client_max_size=_MOST_BYTES)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_post("/chat/completions", self._chat)
        app.router.add_get("/v1/models", self._models)
        app.router.add_get("/health", self._health)
        app.router.add_get("/stats", self._stats)
        app.router.add_post("/stats/reset", self._reset_stats)
        app.router.add_post("/outage", self._outage)
        app.on_shutdown.append(self._stop)
        return app

    async def _stop(self, _: web.Application) -> None:
        self._is_stopping.set()

    async def _health(self, request: web.Request) -> web.Response:
        if self._is_out():
            return responses.drop(request, reset=True)
        return responses.respond(orjson.dumps({"status": "ok"}))

    async def _stats(self, _: web.Request) -> web.Response:
        return responses.respond(orjson.dumps(self.ledger.stats()))

    async def _reset_stats(self, _: web.Request) -> web.Response:
        self.ledger.reset()
        return responses.respond(orjson.dumps(self.ledger.stats()))

    async def _outage(self, request: web.Request) -> web.Response:
        """Reset all connections with an open call, and until `seconds` are over all that ask."""
        try:
            seconds = float(request.query["seconds"])
        except (KeyError, ValueError):
            seconds = -1.0
        if not 0 <= seconds < inf:
            return responses.fail(responses.NO_SECONDS)
        self._out_until = self._clock() + seconds
        if self._is_out():
            self.ledger.cut_off(len(self._open))
            for each in tuple(self._open):
                responses.cut(each)
        return responses.respond(orjson.dumps({"seconds": seconds}))

    async def _models(self, request: web.Request) -> web.Response:
        if self._is_out():
            return responses.drop(request, reset=True)
        if not self._is_allowed(request):
            return responses.fail(responses.WRONG_KEY, echo=self._echo(request))
        models = [
            {"id": name, "object": "model", "created": 0, "owned_by": "asynceval"}
            for name in MODELS
        ]
        return responses.respond(orjson.dumps({"object": "list", "data": models}))

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        self.ledger.arrive()
        transport = request.transport
        self._open.add(transport)
        try:
            if self._is_out():
                self.ledger.cut_off()
                return responses.drop(request, reset=True)
            body = await request.read()
            if not self._is_allowed(request):
                return responses.fail(responses.WRONG_KEY, echo=self._echo(request))
            try:
                chat = wire.read(body)
            except wire.Refused as refusal:
                return responses.fail(responses.refused(refusal), echo=self._echo(request))
            return await self._complete(request, body, chat)
        finally:
            self._open.discard(transport)
            self.ledger.leave()

    async def _complete(
        self, request: web.Request, body: bytes, chat: wire.Chat
    ) -> web.StreamResponse:
        completion = wire.cut(chat, tuple(_say(chat, choice) for choice in range(chat.n)))
        now = self._clock()
        refusal = self._limits.admit(chat.model, chat.prompt_tokens + completion.tokens, now)
        headers = self._limits.headers(chat.model, now)
        if refusal is not None:
            self.ledger.refuse()
            return self._limited(request, refusal, headers)
        try:
            sent = digest(body)
            fault = self._fault(sent)
            if fault is not None and fault not in ACCEPTED:
                return self._fail(request, fault, headers)
            return await self._serve(_Accepted(request, sent, chat, completion, fault, headers))
        finally:
            self._limits.leave()

    async def _serve(self, its: "_Accepted") -> web.StreamResponse:
        """Do the work of an accepted request, whatever becomes of the reply."""
        if its.fault in {Fault.EMPTY, Fault.NULL}:
            blank = wire.blank(its.chat, "" if its.fault is Fault.EMPTY else None)
            its = replace(its, completion=blank)
        identity = its.request.headers.get("Idempotency-Key")
        paid_as = its.sent if identity is None else digest(identity)
        tokens = its.chat.prompt_tokens + its.completion.tokens
        self.ledger.pay(paid_as, its.chat.model, tokens)
        is_answered = False
        try:
            if its.fault is Fault.HANG:
                await self._is_stopping.wait()
                return responses.drop(its.request, reset=False)
            async with self._slots:
                response = await self._reply(its)
            is_answered = its.fault in {None, Fault.SLOW}
            return response
        finally:
            # cancelled where the client has gone
            if is_answered:
                self.ledger.answer()
            else:
                self.ledger.lose()

    async def _reply(self, its: "_Accepted") -> web.StreamResponse:
        """Reply after as long as it takes, or in pieces meanwhile."""
        slower = _SLOWER if its.fault is Fault.SLOW else 1
        seconds = self._settings.latency.seconds(its.sent) * slower
        reply_id, created = its.sent.hex()[:24], int(time.time())
        if its.chat.is_streamed and its.fault is not Fault.LOST:
            events = pieces.write(its.chat, its.completion, reply_id=reply_id, created=created)
            if its.fault is Fault.TRUNCATE:
                events = events[: len(events) * 2 // 3]
            return await responses.stream(its.request, events, seconds, its.headers)
        if seconds:
            await asyncio.sleep(seconds)
        if its.fault is Fault.LOST:
            return responses.drop(its.request, reset=True)
        reply = wire.write(its.chat, its.completion, reply_id=reply_id, created=created)
        if its.fault is Fault.TRUNCATE:
            reply = reply[: len(reply) * 2 // 3]
        return responses.respond(reply, headers=its.headers)

    def _fault(self, sent: bytes) -> Fault | None:
        settings = self._settings
        if not settings.faults:
            return None
        fault = choose(settings.faults, settings.seed, sent, self.ledger.attempt(sent))
        if fault is not None:
            self.ledger.fail(fault)
        return fault

    def _fail(self, request: web.Request, fault: Fault, headers: dict[str, str]) -> web.Response:
        """Refuse a request at once."""
        if fault is Fault.RATE:
            wait = None if self._settings.quiet_limits else _SIMULATED_WAIT
            return self._limited(request, Refusal("requests", 0, wait), headers)
        if fault is Fault.PAGE:
            return responses.page(headers, echo=self._echo(request))
        if fault in responses.FAULTS:
            return responses.fail(responses.FAULTS[fault], headers, echo=self._echo(request))
        return responses.drop(request, reset=fault is Fault.RESET)

    def _limited(
        self, request: web.Request, refusal: Refusal, headers: dict[str, str]
    ) -> web.Response:
        error = responses.limited(refusal)
        return responses.fail(error, headers | refusal.headers(), echo=self._echo(request))

    def _is_out(self) -> bool:
        return self._clock() < self._out_until

    def _is_allowed(self, request: web.Request) -> bool:
        if self._bearer is None:
            return True
        return hmac.compare_digest(_authorization(request), self._bearer)

    def _echo(self, request: web.Request) -> str | None:
        if not self._settings.echo_key:
            return None
        return _authorization(request).decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class _Accepted:
    """A request that is worked on: its digest, what it asks for and gets, and what goes wrong with it."""

    request: web.Request
    sent: bytes
    chat: wire.Chat
    completion: wire.Completion
    fault: Fault | None
    headers: dict[str, str]


def _authorization(request: web.Request) -> bytes:
    return request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")


def _say(chat: wire.Chat, choice: int) -> str:
    words = grade(chat.model, chat.messages, choice)
    if words is None:
        text = answer(chat.model, chat.messages, choice)
        return orjson.dumps({"answer": text}).decode() if chat.is_json else text
    return structured(words) if chat.is_json else words
