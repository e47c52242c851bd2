"""The transport: HTTP over aiohttp. Every exception of aiohttp's ends here."""

import os
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from asynceval.domain.failure import Cause, Failure
from asynceval.providers.signal import Action, Signal

_CONNECT_SECONDS = 10.0
_LARGEST_BODY = 32 << 20
_KEEP_ALIVE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Request:
    """A POST. `timeout` are the seconds from here to the last byte of the response."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    timeout: float


@dataclass(frozen=True, slots=True)
class Response:
    """A response read to its end, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    """Sends a request. A signal stands for all that kept a response from arriving."""

    async def post(self, request: Request) -> Response | Signal:
        """Send, and read the whole response."""
        ...


class AiohttpTransport:
    """HTTP over one pool of connections; how many is the gates' business."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        """Use a session made by `transport`."""
        self._session = session
        self._urls: dict[str, URL] = {}
        self._timeouts: dict[float, aiohttp.ClientTimeout] = {}

    async def post(self, request: Request) -> Response | Signal:
        """Send, and read the whole response, up to 32 MB after decompression."""
        timeout = self._timeouts.get(request.timeout)
        if timeout is None:
            timeout = aiohttp.ClientTimeout(request.timeout, sock_connect=_CONNECT_SECONDS)
            self._timeouts[request.timeout] = timeout
        received = 0
        try:
            url = self._urls.get(request.url)
            if url is None:
                url = self._urls[request.url] = URL(request.url)
            async with self._session.post(
                url,
                data=request.body,
                headers=request.headers,
                allow_redirects=False,
                timeout=timeout,
            ) as response:
                chunks = []
                async for chunk in response.content.iter_any():
                    received += len(chunk)
                    if received > _LARGEST_BODY:
                        response.close()
                        return _signal(Cause.MALFORMED, "the reply is over 32 MB", Action.GIVE_UP)
                    chunks.append(chunk)
                body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
                return Response(response.status, response.headers, body)
        except TimeoutError as error:
            return _timed_out(error, request, received)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return _failed(error, request)


@asynccontextmanager
async def transport() -> AsyncIterator[AiohttpTransport]:
    """Open a pool of connections, and close it at the end."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP_ALIVE_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"Accept-Encoding": "gzip, deflate"},
    ) as session:
        yield AiohttpTransport(session)


def _signal(cause: Cause, message: str, action: Action) -> Signal:
    return Signal(Failure(cause, message), action)


def _timed_out(error: TimeoutError, request: Request, received: int) -> Signal:
    host = urlsplit(request.url).netloc
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        message = f"no connection to {host} within {_CONNECT_SECONDS:g} s: is it http, not https?"
        return _signal(Cause.UNREACHABLE, message, Action.RETRY)
    message = f"no whole reply within {request.timeout:g} s ({received} bytes of it arrived)"
    return _signal(Cause.TIMEOUT, message, Action.RETRY)


def _failed(error: Exception, request: Request) -> Signal:
    """Say in words what failed. The exceptions' own words may hold the key or the server's bytes."""
    host = urlsplit(request.url).netloc
    # A certificate's error is a ValueError too, so it comes first.
    if isinstance(error, (aiohttp.ClientConnectorCertificateError, ssl.SSLError)):
        message = f"the certificate of {host} is not accepted"
        return _signal(Cause.UNREACHABLE, message, Action.HALT_ENDPOINT)
    if isinstance(error, (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError, ValueError)):
        message = f"{request.url} is not a URL that can be asked: is base_url right?"
        return _signal(Cause.CONFIG, message, Action.HALT_ENDPOINT)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        message = f"the name of {host} does not resolve"
        return _signal(Cause.UNREACHABLE, message, Action.RETRY)
    if isinstance(error, aiohttp.ClientConnectorError):
        reason = os.strerror(error.errno) if error.errno else "refused"
        message = f"cannot connect to {host} ({reason}): is the server up?"
        return _signal(Cause.UNREACHABLE, message, Action.RETRY)
    if isinstance(error, aiohttp.ServerDisconnectedError):
        message = f"{host} closed the connection before it answered"
    elif isinstance(error, aiohttp.ClientPayloadError):
        message = f"the reply of {host} was cut off or cannot be decoded"
    elif isinstance(error, aiohttp.ClientResponseError):
        message = f"{host} does not speak proper HTTP"
    else:
        message = f"the connection to {host} broke ({type(error).__name__})"
    return _signal(Cause.CONNECTION, message, Action.RETRY)
