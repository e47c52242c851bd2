"""Responses: what goes back over HTTP in the end, and the ways to send nothing back."""

import asyncio
import socket
import struct
from asyncio import Transport
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from asynceval.simulator import chat as wire
from asynceval.simulator.faults import Fault
from asynceval.simulator.limits import Refusal

_LINGER_ZERO = struct.pack("ii", 1, 0)
_FIRST = 0.25
_INVALID = "invalid_request_error"


@dataclass(frozen=True, slots=True)
class Error:
    """An error in OpenAI's shape, and its HTTP status."""

    status: int
    message: str
    kind: str = _INVALID
    param: str | None = None
    code: str | None = None


WRONG_KEY = Error(401, "Incorrect API key provided.", code="invalid_api_key")
NO_SECONDS = Error(400, "seconds is a number, 0 or more.", param="seconds")

FAULTS: Mapping[Fault, Error] = {
    Fault.INTERNAL: Error(500, "The server failed (simulated 500).", "server_error"),
    Fault.UNAVAILABLE: Error(503, "The server failed (simulated 503).", "server_error"),
    Fault.OVERLOADED: Error(529, "Overloaded (simulated 529).", "overloaded_error"),
    Fault.QUOTA: Error(
        429,
        "You exceeded your current quota, please check your plan and billing details.",
        "insufficient_quota",
        code="insufficient_quota",
    ),
    Fault.INVALID: Error(
        400,
        "Unsupported value: 'temperature' does not support this value with this model.",
        param="temperature",
        code="unsupported_value",
    ),
    Fault.CONTEXT: Error(
        400,
        "This model's maximum context length is 8192 tokens. Please reduce the messages.",
        param="messages",
        code="context_length_exceeded",
    ),
    Fault.KEY: WRONG_KEY,
    Fault.MODEL: Error(404, "The model does not exist.", param="model", code="model_not_found"),
}
"""The faults that are an error response and nothing more."""


def respond(
    body: bytes,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    content_type: str = "application/json",
) -> web.Response:
    """Return a response with this body."""
    return web.Response(body=body, status=status, headers=headers, content_type=content_type)


async def stream(
    request: web.Request, pieces: Sequence[bytes], seconds: float, headers: Mapping[str, str]
) -> web.StreamResponse:
    """Return a response that was sent in pieces: the first after a quarter of the time, the last at its end."""
    response = web.StreamResponse(headers=headers)
    response.content_type = "text/event-stream"
    await asyncio.sleep(seconds * _FIRST)
    await response.prepare(request)
    pause = seconds * (1 - _FIRST) / max(len(pieces) - 1, 1)
    for number, piece in enumerate(pieces):
        if number and pause:
            await asyncio.sleep(pause)
        await response.write(piece)
    return response


def fail(
    error: Error, headers: Mapping[str, str] | None = None, *, echo: str | None = None
) -> web.Response:
    """Return an error; `echo` is a credential to repeat in it, as careless servers do."""
    message = error.message if echo is None else f"{error.message} (Authorization: {echo})"
    body = wire.write_error(message, error.kind, param=error.param, code=error.code)
    return respond(body, error.status, headers)


def refused(refusal: wire.Refused) -> Error:
    """Return the error for a request that the API does not take."""
    return Error(400, refusal.message, param=refusal.param, code=refusal.code)


def limited(refusal: Refusal) -> Error:
    """Return the error for a request that went over a limit."""
    return Error(429, refusal.message, refusal.kind, code="rate_limit_exceeded")


def page(headers: Mapping[str, str], *, echo: str | None = None) -> web.Response:
    """Return a web page, as a portal or a wrong path gives one."""
    seen = "" if echo is None else f"<p>Authorization: {echo}</p>"
    text = f"<!DOCTYPE html><html><title>Welcome</title><h1>Please sign in</h1>{seen}</html>"
    return respond(text.encode(), headers=headers, content_type="text/html")


def drop(request: web.Request, *, reset: bool) -> web.Response:
    """End the connection without a reply, with a TCP reset or in order.

    aiohttp wants a response all the same; it notices that there is no connection left for it.
    """
    transport = request.transport
    if reset:
        cut(transport)
    elif transport is not None:
        transport.close()
    return respond(b"{}")


def cut(transport: Transport | None) -> None:
    """End a connection with a TCP reset, if it is still there."""
    if transport is None or transport.is_closing():
        return
    # a duplicate, since uvloop's own view of the socket refuses to set options
    number = socket.dup(transport.get_extra_info("socket").fileno())
    with socket.socket(fileno=number) as same:
        same.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
    transport.abort()
