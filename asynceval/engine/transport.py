"""The transport: HTTP over aiohttp. None of its exceptions leaves here."""

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import aiohttp
from anyio import current_time
from yarl import URL

from asynceval.domain.failure import Cause
from asynceval.engine.peer import LARGEST_BODY, Peer, hopeless, no_url
from asynceval.engine.proxies import Proxies, proxies
from asynceval.engine.stall import Stall, timely
from asynceval.engine.trust import trust
from asynceval.providers.signal import Signal
from asynceval.providers.stream import Arrivals

_KEEP_ALIVE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Request:
    """What to send. `timeout` are the seconds from here to the last byte of the response.

    `ca_file` holds certificates to trust besides the system's. With `stall` the response comes in pieces,
    whose words are at most so far apart.
    """

    url: str
    headers: Mapping[str, str]
    body: bytes
    timeout: float
    ca_file: str | None = None
    stall: Stall | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """A response read to its end, whatever its status; of an error, as much of it as came.

    `is_last` says that its connection takes no other request. `arrivals` tells of a response in pieces how many
    bytes had come when, in seconds from its request on.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_last: bool = False
    arrivals: Arrivals = ()


class Transport(Protocol):
    """Sends a request. A signal stands for all that kept a response from arriving."""

    async def post(self, request: Request) -> Response | Signal:
        """Send, and read the whole response."""
        ...

    async def get(self, request: Request) -> Response | Signal:
        """Ask for what is under the URL, without the body."""
        ...


class AiohttpTransport:
    """HTTP over one pool of connections; how many is the gates' business."""

    def __init__(
        self, session: aiohttp.ClientSession, fresh: aiohttp.ClientSession, through: Proxies
    ) -> None:
        """Use sessions made by `transport`; `fresh` has a new connection for each request."""
        self._session = session
        self._fresh = fresh
        self._proxies = through
        self._peers: dict[tuple[str, str | None], Peer] = {}
        self._trusts: dict[str | None, ssl.SSLContext] = {}

    async def post(self, request: Request) -> Response | Signal:
        """Send, and read the whole response, up to 32 MB after decompression."""
        return await self._send("POST", request, request.body)

    async def get(self, request: Request) -> Response | Signal:
        """Ask for what is under the URL, without the body; as `post` in all else."""
        return await self._send("GET", request, None)

    async def _send(self, method: str, request: Request, body: bytes | None) -> Response | Signal:
        peer = self._peers.get((request.url, request.ca_file)) or self._meet(request)
        if isinstance(peer, Signal):
            return peer
        ended, stall = None, request.stall
        status, received, is_last = 0, 0, False
        headers: Mapping[str, str] = {}
        chunks: list[bytes] = []
        arrivals: list[tuple[int, float]] = []
        begun = 0.0 if stall is None else current_time()
        session = self._fresh if stall is not None and peer.is_plain else self._session
        try:
            async with session.request(
                method,
                peer.url,
                data=body,
                headers=request.headers,
                allow_redirects=False,
                timeout=peer.patience(request.timeout),
                proxy=peer.proxy,
                ssl=peer.ssl,
            ) as response:
                status, headers = response.status, response.headers
                is_last = _is_last(response)
                pieces = response.content
                async for chunk in (
                    pieces.iter_any() if stall is None else timely(pieces, stall, begun, arrivals)
                ):
                    received += len(chunk)
                    if received > LARGEST_BODY:
                        ended = peer.too_large()
                        break
                    chunks.append(chunk)
        except TimeoutError as error:
            ended = peer.timed_out(error, request.timeout, received)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            ended = peer.failed(error)
        # An error is one by its status, however its body ended.
        if ended is not None and status < 400:
            return ended
        if peer.proxy is not None and _is_of_proxy(status, headers):
            return peer.refused_by_proxy(status)
        whole = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        return Response(status, headers, whole, is_last, tuple(arrivals))

    def _meet(self, request: Request) -> Peer | Signal:
        """Find out, once for each URL, how to reach it."""
        try:
            url = URL(request.url)
        except ValueError:
            return no_url(request.url)
        try:
            proxy = self._proxies.of(url)
        except ValueError:
            message = f"the proxy of the environment for {url.scheme} is not an http:// URL"
            return hopeless(Cause.CONFIG, message)
        try:
            if request.ca_file not in self._trusts:
                self._trusts[request.ca_file] = trust(request.ca_file)
        except OSError as error:
            reason = "no certificate in it" if isinstance(error, ssl.SSLError) else error.strerror
            return hopeless(Cause.CONFIG, f"ca_file {request.ca_file} cannot be used ({reason})")
        peer = Peer(url, self._trusts[request.ca_file], proxy)
        self._peers[request.url, request.ca_file] = peer
        return peer


@asynccontextmanager
async def transport() -> AsyncIterator[AiohttpTransport]:
    """Open a pool of connections, and close it at the end. Proxies are read from the environment."""
    pool = aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP_ALIVE_SECONDS)
    # After a stream llama.cpp closes the connection, which it has said to keep; streams in plain HTTP
    # have one of their own, as it takes next to no time.
    fresh = aiohttp.TCPConnector(limit=0, force_close=True)
    async with _session(pool) as session, _session(fresh) as other:
        yield AiohttpTransport(session, other, proxies())


def _session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"Accept-Encoding": "gzip, deflate"},
    )


def _is_last(response: aiohttp.ClientResponse) -> bool:
    """Whether the server closes the connection after this response."""
    said = response.headers.get("Connection", "").lower()
    is_old = response.version is not None and response.version < aiohttp.HttpVersion11
    return "close" in said or (is_old and "keep-alive" not in said)


def _is_of_proxy(status: int, headers: Mapping[str, str]) -> bool:
    """Whether a response is the proxy's own; one in JSON is the server's behind it."""
    return status == 407 or (
        status in (502, 504) and "json" not in headers.get("Content-Type", "").lower()
    )
