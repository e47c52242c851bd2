"""A server on a raw socket that breaks HTTP in a chosen way, and keeps what it was sent."""

import gzip
import ssl
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from socket import SO_LINGER, SOL_SOCKET
from typing import cast

import anyio
from anyio.abc import SocketAttribute, SocketStream
from anyio.streams.tls import TLSStream

Fault = Callable[[SocketStream], Awaitable[None]]


@dataclass
class FaultServer:
    """Where the server is, and what reached it: connections, those still open, whole requests."""

    port: int
    connections: int = 0
    open: int = 0
    requests: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The URL of its chat completions."""
        return f"http://127.0.0.1:{self.port}/v1/chat/completions"

    async def closed(self) -> None:
        """Wait until no connection is open."""
        while self.open:
            await anyio.lowlevel.checkpoint()


@asynccontextmanager
async def serve(*faults: Fault, tls: ssl.SSLContext | None = None) -> AsyncIterator[FaultServer]:
    """Serve on a free port: each request meets the next of the faults, the last one for ever."""
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    server = FaultServer(listener.extra(SocketAttribute.local_port))

    async def handle(stream: SocketStream) -> None:
        server.connections += 1
        server.open += 1
        try:
            async with stream:
                if tls is not None:
                    wrapped = await TLSStream.wrap(stream, server_side=True, ssl_context=tls)
                    stream = cast("SocketStream", wrapped)
                while (request := await _request(stream)) is not None:
                    fault = faults[min(len(server.requests), len(faults) - 1)]
                    server.requests.append(request)
                    await fault(stream)
        except (anyio.BrokenResourceError, anyio.EndOfStream, ssl.SSLError):
            pass  # the client is gone, or does not trust this server
        finally:
            server.open -= 1

    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, handle)
        yield server
        tasks.cancel_scope.cancel()


async def _request(stream: SocketStream) -> bytes | None:
    """Return the next request with its body, None if the client is gone."""
    received = b""
    try:
        while b"\r\n\r\n" not in received:
            received += await stream.receive()
        head, _, body = received.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
        while len(body) < length:
            body += await stream.receive()
    except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
        return None
    return head + b"\r\n\r\n" + body


def response(body: bytes, *headers: str, status: str = "200 OK", length: int | None = -1) -> bytes:
    """Return a response; a length of -1 is the true one, None tells none."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", *headers]
    if length is not None:
        lines.append(f"Content-Length: {len(body) if length < 0 else length}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def says(*pieces: bytes) -> Fault:
    """Send these bytes, and keep the connection."""

    async def fault(stream: SocketStream) -> None:
        for piece in pieces:
            await stream.send(piece)

    return fault


def cut(*pieces: bytes) -> Fault:
    """Send these bytes, and close the connection."""

    async def fault(stream: SocketStream) -> None:
        await says(*pieces)(stream)
        await stream.aclose()

    return fault


def reset(*pieces: bytes) -> Fault:
    """Send these bytes, and reset the connection."""

    async def fault(stream: SocketStream) -> None:
        await says(*pieces)(stream)
        linger = struct.pack("ii", 1, 0)
        stream.extra(SocketAttribute.raw_socket).setsockopt(SOL_SOCKET, SO_LINGER, linger)
        await anyio.aclose_forcefully(stream)

    return fault


def hangs(*pieces: bytes) -> Fault:
    """Send these bytes, and then nothing, until the client is gone."""

    async def fault(stream: SocketStream) -> None:
        await says(*pieces)(stream)
        while True:
            await stream.receive()

    return fault


def drips(body: bytes, seconds: float) -> Fault:
    """Send a whole response, but its body byte by byte."""

    async def fault(stream: SocketStream) -> None:
        await stream.send(response(b"", length=len(body)))
        for number in range(len(body)):
            await anyio.sleep(seconds)
            await stream.send(body[number : number + 1])

    return fault


def zipped(body: bytes, *, is_valid: bool = True) -> bytes:
    """Return a gzip response."""
    packed = gzip.compress(body)
    return response(packed if is_valid else b"x" * len(packed), "Content-Encoding: gzip")


def bomb(megabytes: int) -> bytes:
    """Return a gzip response that unpacks to so many megabytes."""
    packer = zlib.compressobj(wbits=31)
    pieces = [packer.compress(bytes(1 << 20)) for _ in range(megabytes)]
    return response(b"".join([*pieces, packer.flush()]), "Content-Encoding: gzip")


def floods(megabytes: int) -> Fault:
    """Send a body of so many megabytes, without a length."""

    async def fault(stream: SocketStream) -> None:
        await stream.send(response(b"", length=None))
        for _ in range(megabytes):
            await stream.send(bytes(1 << 20))

    return fault


def tunnels(port: int) -> Fault:
    """Connect through to a port on this machine, as a proxy does for CONNECT."""

    async def pump(source: SocketStream, drain: SocketStream) -> None:
        async for piece in source:
            await drain.send(piece)
        await drain.send_eof()

    async def fault(stream: SocketStream) -> None:
        async with await anyio.connect_tcp("127.0.0.1", port) as beyond:
            await stream.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(pump, stream, beyond)
                tasks.start_soon(pump, beyond, stream)

    return fault
