"""A server on a raw socket that breaks HTTP in a chosen way, and keeps what it was sent."""

import gzip
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from socket import SO_LINGER, SOL_SOCKET

import anyio
from anyio.abc import SocketAttribute, SocketStream

Fault = Callable[[SocketStream], Awaitable[None]]


@dataclass
class FaultServer:
    """Where the server is, and what reached it: connections and whole requests."""

    port: int
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The URL of its chat completions."""
        return f"http://127.0.0.1:{self.port}/v1/chat/completions"


@asynccontextmanager
async def serve(*faults: Fault) -> AsyncIterator[FaultServer]:
    """Serve on a free port: each request meets the next of the faults, the last one for ever."""
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    server = FaultServer(listener.extra(SocketAttribute.local_port))

    async def handle(stream: SocketStream) -> None:
        server.connections += 1
        async with stream:
            while (request := await _request(stream)) is not None:
                fault = faults[min(len(server.requests), len(faults) - 1)]
                server.requests.append(request)
                await fault(stream)

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
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
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
    """Send these bytes, and then nothing."""

    async def fault(stream: SocketStream) -> None:
        await says(*pieces)(stream)
        await anyio.sleep_forever()

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
