"""A dialect as its vendor documents it, written down apart from our code, and a server that speaks it."""

import shlex
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from aiohttp import web
from anyio import sleep
from anyio.from_thread import BlockingPortal, start_blocking_portal

from asynceval.domain.call import Call, Message, Sampling, Settings
from asynceval.domain.failure import Cause
from asynceval.domain.reply import Reply
from asynceval.domain.secret import Secret
from asynceval.domain.sweep import COMMAND, Endpoint, Http
from asynceval.engine.gate import Gate
from asynceval.engine.route import Route
from asynceval.engine.transport import Transport, transport
from asynceval.providers.signal import Action, Signal

MESSAGES = (
    Message("system", "Be “brief”."),
    Message("user", "One?"),
    Message("assistant", "1."),
    Message("user", "Two?"),
)
KEY = "canary-4711"
PROMPT, COMPLETION, THOUGHT = 11, 7, 3
HALT, MODEL, SLOW, RETRY, NEVER = (
    Action.HALT_ENDPOINT,
    Action.HALT_MODEL,
    Action.SLOW_DOWN,
    Action.RETRY,
    Action.GIVE_UP,
)


PROGRAM = """
import pathlib, sys
folder = pathlib.Path(sys.argv[1])
folder.joinpath("asked").write_bytes(sys.stdin.buffer.read())
sys.stdout.buffer.write(folder.joinpath("answer").read_bytes())
"""
"""A program that is asked: it keeps the request, and answers as it is told."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as documented: its status and body, and what it must come to.

    `says` must be in the message that a user sees.
    """

    name: str
    status: int
    body: object
    cause: Cause
    action: Action
    says: str
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float | None = None


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a vendor documents of one kind of endpoint.

    `base` is the path of base_url, `path` where a call must arrive, `headers` those it must have.
    `least` is the request for one message without settings, `whole` the one for four messages with
    all `settings` that the kind has, both without the model's name. `answer` makes a response of a
    text, of thinking apart (None for neither) and of an ending: "stop", "length" or "filter".
    """

    kind: str
    base: str
    path: str
    headers: Mapping[str, str]
    least: Mapping[str, Any]
    settings: Settings
    whole: Mapping[str, Any]
    answer: Callable[[str | None, str | None, str], dict[str, Any]]
    refusals: tuple[Refusal, ...]
    model: str = "m-1"
    model_in_body: bool = True
    listing: tuple[str, object] | None = None
    api_version: str | None = None
    http: Http | None = None
    counts_thinking: bool = True
    has_filter: bool = True
    refusal: dict[str, Any] | None = None

    def __str__(self) -> str:
        """Return the name for a test's id."""
        return self.kind

    def endpoint(self, host: str) -> Endpoint:
        """Return an endpoint of this kind."""
        return Endpoint(
            "house",
            f"{host}{self.base}",
            self.kind,
            api_version=self.api_version,
            http=self.http,
        )

    def call(self, *, is_whole: bool) -> Call:
        """Return the call for the least request, or the whole one."""
        if is_whole:
            return Call("m", self.model, MESSAGES, Sampling(0.5, 100, self.settings))
        return Call("m", self.model, MESSAGES[1:2])

    def body(self, *, is_whole: bool) -> dict[str, Any]:
        """Return the request that must arrive."""
        name = {"model": self.model} if self.model_in_body else {}
        return {**name, **(self.whole if is_whole else self.least)}


@dataclass
class Vendor:
    """A server on this machine that answers every request alike, and keeps what it was sent."""

    status: int = 200
    content: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    requests: list[tuple[str, str, Mapping[str, str], bytes]] = field(default_factory=list)
    url: str = ""
    then: int = 200
    pieces: Sequence[bytes] = ()
    pauses: Sequence[float] = ()

    def streams(self, pieces: Sequence[bytes], pauses: Sequence[float] = ()) -> None:
        """Answer in these pieces from now on, each after its pause in seconds; then close."""
        self.answers(b"")
        self.pieces, self.pauses = pieces, pauses

    def answers(
        self,
        content: object,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        then: int | None = None,
    ) -> None:
        """Answer like this from now on; after the first request with the status `then`."""
        self.content = content if isinstance(content, bytes) else orjson.dumps(content)
        self.status, self.headers = status, headers or {}
        self.then = status if then is None else then
        self.pieces = ()
        self.requests.clear()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Keep the request, and answer."""
        body = await request.read()
        self.requests.append((request.method, request.raw_path, request.headers, body))
        if self.pieces:
            return await self._stream(request)
        headers = {"Content-Type": "application/json", **self.headers}
        status = self.status if len(self.requests) == 1 else self.then
        return web.Response(status=status, body=self.content, headers=headers)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for number, piece in enumerate(self.pieces):
            await sleep(self.pauses[number] if number < len(self.pauses) else 0)
            await response.write(piece)
        return response


@dataclass(frozen=True)
class Line:
    """The way that every call goes, to a vendor's server that is up for many tests."""

    server: Vendor
    http: Transport
    portal: BlockingPortal
    folder: Path

    def send(self, dialect: Dialect, call: Call, key: str | None = KEY) -> Reply | Signal:
        """Send a call, and return what came of it."""
        endpoint = dialect.endpoint(self.server.url)
        if dialect.kind == "command":
            (self.folder / "answer").write_bytes(self.server.content)
            words = (sys.executable, "-I", "-S", "-c", PROGRAM, str(self.folder))
            endpoint = replace(endpoint, base_url=f"{COMMAND}{shlex.join(words)}")
        route = Route(endpoint, Gate(endpoint), None if key is None else Secret(key))
        request = route.request(call, call.key(), 1, 10.0)
        got = self.portal.call(route.send, self.http, request)
        if dialect.kind == "command":
            asked = (self.folder / "asked").read_bytes()
            self.server.requests.append(("POST", "", {}, asked))
        return got

    def arrived(
        self, dialect: Dialect, call: Call, key: str | None = KEY
    ) -> tuple[str, str, Mapping[str, str], Any]:
        """Return the method, path, headers and JSON of the request that a call becomes."""
        self.server.answers(dialect.answer("Hello.", None, "stop"))
        self.send(dialect, call, key)
        (request,) = self.server.requests
        return (*request[:3], orjson.loads(request[3]))

    def outcome(
        self,
        dialect: Dialect,
        content: object,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Reply | Signal:
        """Return what comes of a call that is answered like this."""
        self.server.answers(content, status, headers)
        return self.send(dialect, dialect.call(is_whole=False))

    def reply(self, dialect: Dialect, text: str | None, thought: str | None, ending: str) -> Reply:
        """Return the reply that an answer is read as."""
        got = self.outcome(dialect, dialect.answer(text, thought, ending))
        assert isinstance(got, Reply), got
        return got

    def signal(self, dialect: Dialect, content: object, status: int = 200) -> Signal:
        """Return the signal that a response is read as."""
        got = self.outcome(dialect, content, status)
        assert isinstance(got, Signal), got
        return got

    def near(self, dialect: Dialect) -> tuple[str, ...]:
        """Return the names that are offered for the dialect's model."""
        self.server.answers({} if dialect.listing is None else dialect.listing[1])
        endpoint = dialect.endpoint(self.server.url)
        route = Route(endpoint, Gate(endpoint), Secret(KEY))
        return self.portal.call(route.near, self.http, dialect.model)


@contextmanager
def line() -> Iterator[Line]:
    """Open a transport and a vendor's server, in a thread with an event loop."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(vendor()) as server,
        portal.wrap_async_context_manager(transport()) as http,
        TemporaryDirectory() as folder,
    ):
        yield Line(server, http, portal, Path(folder))


@asynccontextmanager
async def vendor() -> AsyncIterator[Vendor]:
    """Serve on a free port of this machine."""
    server = Vendor()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        server.url = f"http://{host}:{port}"
        yield server
    finally:
        await runner.cleanup()
