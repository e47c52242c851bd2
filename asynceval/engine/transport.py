"""The transport: HTTP over aiohttp. Every exception of aiohttp's ends here."""

import os
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from errno import EMFILE, ENFILE
from typing import Protocol

import aiohttp
from aiohttp.http_exceptions import ContentEncodingError
from anyio import current_time
from yarl import URL

from asynceval.domain.failure import Cause, Failure
from asynceval.engine.proxies import Proxies, proxies
from asynceval.engine.stall import StalledError, timely
from asynceval.engine.trust import refusal, trust
from asynceval.providers.signal import Action, Signal
from asynceval.providers.stream import Arrivals

_CONNECT_SECONDS = 10.0
_LARGEST_BODY = 32 << 20
_KEEP_ALIVE_SECONDS = 30.0
_NO_FILES = (EMFILE, ENFILE)
_RAISE_FILES = (
    "this machine opens no more files or connections: raise the limit (`ulimit -n`), "
    "or lower the endpoint's parallel"
)


@dataclass(frozen=True, slots=True)
class Request:
    """What to send. `timeout` are the seconds from here to the last byte of the response.

    `ca_file` holds certificates to trust besides the system's. With `stall` the response comes in pieces,
    at most so many seconds apart.
    """

    url: str
    headers: Mapping[str, str]
    body: bytes
    timeout: float
    ca_file: str | None = None
    stall: float | None = None


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


@dataclass(frozen=True, slots=True)
class _Peer:
    """Who is asked under a URL, and how; says in words what went wrong with it.

    The exceptions' own words are never used: they may hold the key or the server's bytes.
    """

    url: URL
    ssl: ssl.SSLContext
    proxy: URL | None

    @property
    def host(self) -> str:
        return self.url.host_port_subcomponent or str(self.url)

    @property
    def nearest(self) -> str:
        """Whom a connection is made to."""
        return self.host if self.proxy is None else f"the proxy {self.proxy.host_port_subcomponent}"

    def too_large(self) -> Signal:
        message = f"the reply of {self.host} is over {_LARGEST_BODY >> 20} MB"
        return Signal(Failure(Cause.MALFORMED, message), Action.GIVE_UP, maybe_paid=True)

    def timed_out(self, error: TimeoutError, seconds: float, received: int) -> Signal:
        if isinstance(error, StalledError):
            message = f"the stream of {self.host} {error} ({received} bytes of it arrived)"
            return Signal(Failure(Cause.TIMEOUT, message), Action.RETRY, maybe_paid=True)
        if isinstance(error, aiohttp.ConnectionTimeoutError):
            message = f"no connection to {self.nearest} within {_CONNECT_SECONDS:g} s"
            if self.url.scheme == "https":
                message += ": is it http, not https?"
            return Signal(Failure(Cause.UNREACHABLE, message), Action.RETRY)
        message = f"no whole reply within {seconds:g} s ({received} bytes of it arrived)"
        return Signal(Failure(Cause.TIMEOUT, message), Action.RETRY, maybe_paid=True)

    def failed(self, error: Exception) -> Signal:
        if isinstance(error, aiohttp.ClientHttpProxyError):
            return self.refused_by_proxy(error.status)
        # A certificate's error is a ValueError too, and both are connectors' errors.
        if isinstance(error, aiohttp.ClientConnectorCertificateError):
            return _hopeless(Cause.UNREACHABLE, refusal(error.certificate_error, self.host))
        if isinstance(error, (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError)):
            return _no_url(str(self.url))
        if isinstance(error, ValueError):
            message = (
                f"the request to {self.host} cannot be sent: does the key hold odd characters?"
            )
            return _hopeless(Cause.CONFIG, message)
        if isinstance(error, aiohttp.ClientConnectorError):
            return self._unconnected(error)
        return self._broken(error)

    def refused_by_proxy(self, status: int) -> Signal:
        if status == 407:
            message = f"{self.nearest} wants a name and a password (HTTP 407): set them in its URL"
        elif status < 500:
            message = f"{self.nearest} refuses to connect to {self.host} (HTTP {status})"
        else:
            message = f"{self.nearest} got no good answer from {self.host} (HTTP {status})"
            cause = Cause.UNREACHABLE if self.url.scheme == "https" else Cause.SERVER
            return Signal(Failure(cause, message, status), Action.RETRY)
        return _hopeless(Cause.CONFIG, message, status)

    def _unconnected(self, error: aiohttp.ClientConnectorError) -> Signal:
        """Nothing was sent."""
        if isinstance(error, ssl.SSLError):
            return _hopeless(Cause.UNREACHABLE, f"no TLS with {self.host}: is it http, not https?")
        if error.errno in _NO_FILES:
            return Signal(Failure(Cause.OPEN_FILES, _RAISE_FILES), Action.SLOW_DOWN)
        if isinstance(error, aiohttp.ClientConnectorDNSError):
            message = f"the name of {self.nearest} does not resolve"
        else:
            number = error.errno or 0
            reason = os.strerror(number) if number > 0 else "closed at once"
            asked = "the proxy" if self.proxy else "the server"
            message = f"cannot connect to {self.nearest} ({reason}): is {asked} up?"
        return Signal(Failure(Cause.UNREACHABLE, message), Action.RETRY)

    def _broken(self, error: Exception) -> Signal:
        """Something was sent, so the server may have done its work."""
        action, is_stale = Action.RETRY, False
        if _is_undecodable(error):
            message, action = f"the reply of {self.host} cannot be decoded", Action.RETRY_ONCE
        elif isinstance(error, aiohttp.ServerDisconnectedError):
            message = f"{self.host} closed the connection before it answered"
            # It holds what was parsed of a response, if any of it came.
            is_stale = isinstance(error.message, str)
        elif isinstance(error, aiohttp.ClientPayloadError):
            message = f"the reply of {self.host} was cut off"
        elif isinstance(error, aiohttp.ClientResponseError):
            message, action = f"{self.host} does not speak proper HTTP", Action.RETRY_ONCE
        else:
            message = f"the connection to {self.host} broke ({type(error).__name__})"
            is_stale = isinstance(error, aiohttp.ClientConnectionResetError)
        failure = Failure(Cause.CONNECTION, message)
        return Signal(failure, action, maybe_paid=True, is_stale=is_stale)


class AiohttpTransport:
    """HTTP over one pool of connections; how many is the gates' business."""

    def __init__(self, session: aiohttp.ClientSession, through: Proxies) -> None:
        """Use a session made by `transport`."""
        self._session = session
        self._proxies = through
        self._peers: dict[tuple[str, str | None], _Peer] = {}
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
        begun = None if stall is None else current_time()
        try:
            async with self._session.request(
                method,
                peer.url,
                data=body,
                headers=request.headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(request.timeout, _CONNECT_SECONDS),
                proxy=peer.proxy,
                ssl=peer.ssl,
            ) as response:
                status, headers = response.status, response.headers
                is_last = _is_last(response)
                pieces = response.content
                async for chunk in pieces.iter_any() if stall is None else timely(pieces, stall):
                    received += len(chunk)
                    if begun is not None:
                        arrivals.append((received, current_time() - begun))
                    if received > _LARGEST_BODY:
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

    def _meet(self, request: Request) -> _Peer | Signal:
        """Find out, once for each URL, how to reach it."""
        try:
            url = URL(request.url)
        except ValueError:
            return _no_url(request.url)
        try:
            proxy = self._proxies.of(url)
        except ValueError:
            message = f"the proxy of the environment for {url.scheme} is not an http:// URL"
            return _hopeless(Cause.CONFIG, message)
        try:
            if request.ca_file not in self._trusts:
                self._trusts[request.ca_file] = trust(request.ca_file)
        except OSError as error:
            reason = "no certificate in it" if isinstance(error, ssl.SSLError) else error.strerror
            return _hopeless(Cause.CONFIG, f"ca_file {request.ca_file} cannot be used ({reason})")
        peer = _Peer(url, self._trusts[request.ca_file], proxy)
        self._peers[request.url, request.ca_file] = peer
        return peer


@asynccontextmanager
async def transport() -> AsyncIterator[AiohttpTransport]:
    """Open a pool of connections, and close it at the end. Proxies are read from the environment."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP_ALIVE_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"Accept-Encoding": "gzip, deflate"},
    ) as session:
        yield AiohttpTransport(session, proxies())


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


def _is_undecodable(error: BaseException | None) -> bool:
    """Whether an error goes back to an encoding that is unknown, or was not kept to."""
    while error is not None and not isinstance(error, ContentEncodingError):
        error = error.__cause__
    return error is not None


def _hopeless(cause: Cause, message: str, status: int | None = None) -> Signal:
    return Signal(Failure(cause, message, status), Action.HALT_ENDPOINT)


def _no_url(url: str) -> Signal:
    # What follows may hold a key, and so may what stands before a host.
    shown = url.partition("?")[0].rpartition("@")[2]
    return _hopeless(Cause.CONFIG, f"{shown} is not a URL that can be asked: is base_url right?")
