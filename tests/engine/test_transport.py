"""Check what becomes of every way in which HTTP can break, on real sockets."""

import socket
import ssl
from collections.abc import Iterator

import anyio
import pytest

from asynceval import __version__
from asynceval.domain.failure import Cause
from asynceval.engine import transport as transport_module
from asynceval.engine.transport import Request, Response, transport
from asynceval.providers import openai
from asynceval.providers.signal import Action, Signal
from tests.engine.fault_server import (
    Fault,
    FaultServer,
    cut,
    drips,
    hangs,
    reset,
    response,
    says,
    serve,
    zipped,
)

pytestmark = pytest.mark.timeout(60)

KEY = "sk-" + "s3cr3t" * 6
BODY = b'{"choices": [{"message": {"content": "Hello."}}]}'
CHUNKED = response(b"", "Transfer-Encoding: chunked", length=None)


def request_to(url: str, seconds: float = 10.0) -> Request:
    return Request(url, openai.headers(KEY), b'{"model": "m"}', seconds)


async def post(url: str, seconds: float = 10.0) -> Response | Signal:
    async with transport() as http:
        return await http.post(request_to(url, seconds))


def outcome_of(fault: Fault, seconds: float = 10.0) -> Response | Signal:
    """Return what the transport makes of a fault."""

    async def main() -> Response | Signal:
        async with serve(fault) as server:
            outcome = await post(server.url, seconds)
            assert len(server.requests) == 1
            return outcome

    return anyio.run(main)


def check(outcome: Response | Signal, cause: Cause, action: Action, *words: str) -> None:
    """Check a signal, and that its message is a sentence without the key or a Python object."""
    assert isinstance(outcome, Signal)
    message = outcome.failure.message
    assert (outcome.failure.cause, outcome.action) == (cause, action), message
    assert not [word for word in words if word not in message], message
    assert not [
        word for word in (KEY, "Bearer", "<", "Error(", "0x", "b'", "\n") if word in message
    ]
    assert len(message) < 300


def test_a_response_is_read_whole() -> None:
    """Status, headers (in any case) and body come back as the server sent them."""
    sent = response(BODY, "X-Odd: yes", status="429 Slow Down")
    got = outcome_of(says(sent))
    assert isinstance(got, Response)
    assert (got.status, got.body, got.headers.get("x-odd")) == (429, BODY, "yes")


def test_what_is_sent() -> None:
    """The request is a POST with the body and headers it was given, and no cookie."""

    async def main() -> FaultServer:
        async with serve(says(response(BODY, "Set-Cookie: a=b"))) as server, transport() as http:
            # A cookie jar keeps nothing for an address, only for a name.
            url = server.url.replace("127.0.0.1", "localhost")
            for _ in range(2):
                assert isinstance(await http.post(request_to(url)), Response)
            return server

    server = anyio.run(main)
    assert server.requests[0] == server.requests[1]
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    line, *headers = head.decode().split("\r\n")
    assert line == "POST /v1/chat/completions HTTP/1.1"
    assert body == b'{"model": "m"}'
    assert dict(header.split(": ", 1) for header in headers) == {
        "Host": f"localhost:{server.port}",
        "Content-Type": "application/json",
        "Accept": "application/json",
        "User-Agent": f"asynceval/{__version__}",
        "Accept-Encoding": "gzip, deflate",
        "Authorization": f"Bearer {KEY}",
        "Content-Length": "14",
    }


@pytest.mark.parametrize(
    "fault",
    [
        says(zipped(BODY)),
        says(
            CHUNKED,
            b"3;x=y\r\n" + BODY[:3] + b"\r\n",
            b"%x\r\n" % len(BODY[3:]) + BODY[3:] + b"\r\n0\r\nX-Trailer: 1\r\n\r\n",
        ),
        says(b"HTTP/1.1 100 Continue\r\n\r\n", response(BODY)),
        cut(response(BODY, length=None)),
        cut(b"HTTP/1.0 200 OK\r\n\r\n" + BODY),
    ],
    ids=["gzip", "chunks", "100-continue", "until it closes", "HTTP 1.0"],
)
def test_unusual_but_proper(fault: Fault) -> None:
    """Compressed, chunked, announced and old responses are read like any other."""
    got = outcome_of(fault)
    assert isinstance(got, Response)
    assert (got.status, got.body) == (200, BODY)


FAULTS = {
    "reset": (reset(), "broke"),
    "closed": (cut(), "closed the connection before it answered"),
    "reset within": (reset(response(BODY, length=99)), ""),
    "cut": (cut(response(BODY, length=99)), "cut off"),
    "cut chunks": (cut(CHUNKED, b"20\r\nabc"), "cut off"),
    "cut headers": (cut(b"HTTP/1.1 200 OK\r\nContent-"), "before it answered"),
    "9 kB header": (says(response(BODY, "X-Long: " + "x" * 9000)), "proper HTTP"),
    "200 headers": (says(response(BODY, *(f"X-{n}: 1" for n in range(200)))), "proper HTTP"),
    "no HTTP": (says(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), "proper HTTP"),
    "two lengths": (says(response(BODY, "Content-Length: 3")), "proper HTTP"),
    "bad gzip": (says(zipped(BODY, is_valid=False)), "cannot be decoded"),
    "bad chunk": (says(CHUNKED, b"zz\r\nabc\r\n"), ""),
}


@pytest.mark.parametrize(("fault", "words"), FAULTS.values(), ids=FAULTS.keys())
def test_a_broken_connection_is_retried(fault: Fault, words: str) -> None:
    """Whatever breaks between the sockets is a connection to try again, said in words."""
    check(outcome_of(fault), Cause.CONNECTION, Action.RETRY, "127.0.0.1", words)


@pytest.mark.parametrize(
    ("fault", "arrived"),
    [
        (hangs(), "0 bytes"),
        (hangs(b"HTTP/1.1 200 OK\r\nX-Endless: "), "0 bytes"),
        (hangs(response(BODY[:9], length=99)), "9 bytes"),
        (drips(BODY, 0.05), "bytes"),
    ],
    ids=["silent", "endless headers", "half a body", "slow loris"],
)
def test_what_takes_too_long_is_retried(fault: Fault, arrived: str) -> None:
    """The time-out holds to the last byte; the message names it and says what arrived."""
    check(outcome_of(fault, 0.5), Cause.TIMEOUT, Action.RETRY, "within 0.5 s", arrived)


@pytest.mark.parametrize("status", ["302 Found", "307 Temporary Redirect"])
def test_a_redirect_is_not_followed(status: str) -> None:
    """A redirect to another server comes back as it is, and nothing reaches that server."""

    async def main() -> None:
        async with serve(says(response(BODY))) as elsewhere:
            moved = response(b"", f"Location: {elsewhere.url}", status=status)
            async with serve(says(moved)) as server:
                got = await post(server.url)
            assert isinstance(got, Response)
            assert got.status == int(status[:3])
            assert elsewhere.requests == []
            signal = openai.decode(got.status, got.headers, got.body)
            assert isinstance(signal, Signal)
            check(signal, Cause.CONFIG, Action.HALT_ENDPOINT, f"127.0.0.1:{elsewhere.port}")

    anyio.run(main)


@pytest.mark.parametrize(
    "sent", [response(b"x" * 5000), zipped(b"x" * 5000)], ids=["plain", "bomb"]
)
def test_a_body_over_the_cap(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body over the cap, counted after decompression, is given up."""
    monkeypatch.setattr(transport_module, "_LARGEST_BODY", 4999)
    check(outcome_of(says(sent)), Cause.MALFORMED, Action.GIVE_UP, "over")
    monkeypatch.setattr(transport_module, "_LARGEST_BODY", 5000)
    assert isinstance(outcome_of(says(sent)), Response)


@pytest.fixture
def closed_port() -> Iterator[int]:
    """Return a port that nobody listens on, and that nobody else gets meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_refused(closed_port: int) -> None:
    """A closed port is named, and the user asked whether the server is up."""
    got = anyio.run(post, f"http://127.0.0.1:{closed_port}/v1")
    check(got, Cause.UNREACHABLE, Action.RETRY, f"127.0.0.1:{closed_port}", "is the server up?")


def test_no_such_host() -> None:
    """A name that does not resolve is named."""
    got = anyio.run(post, "http://no-such-host.invalid/v1")
    check(got, Cause.UNREACHABLE, Action.RETRY, "no-such-host.invalid does not resolve")


def test_https_to_a_plain_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that never answers to TLS is given up soon, and the user asked whether it is http."""
    monkeypatch.setattr(transport_module, "_CONNECT_SECONDS", 0.2)

    async def main() -> Response | Signal:
        async with serve(hangs()) as server:
            return await post(server.url.replace("http:", "https:"))

    check(anyio.run(main), Cause.UNREACHABLE, Action.RETRY, "is it http, not https?")


def test_a_refused_certificate() -> None:
    """A certificate that is not accepted halts the endpoint, and is not taken for a wrong URL."""
    untrusted = ssl.SSLCertVerificationError(1, "certificate verify failed")
    signal = transport_module._failed(untrusted, request_to("https://h.test/v1"))
    check(signal, Cause.UNREACHABLE, Action.HALT_ENDPOINT, "the certificate of h.test")


@pytest.mark.parametrize("url", ["http:///v1", "nonsense", "ftp://127.0.0.1/v1", "http://h:99999/"])
def test_no_url(url: str) -> None:
    """What is no URL of a server halts the endpoint."""
    check(anyio.run(post, url), Cause.CONFIG, Action.HALT_ENDPOINT, url)


def test_a_connection_is_kept() -> None:
    """Requests one after the other use one connection; one that broke is replaced."""

    async def main() -> int:
        good = says(response(BODY))
        async with serve(good, good, cut(), good) as server, transport() as http:
            outcomes = [await http.post(request_to(server.url)) for _ in range(4)]
        assert [isinstance(got, Response) for got in outcomes] == [True, True, False, True]
        return server.connections

    assert anyio.run(main) == 2


def test_cancelled_in_flight() -> None:
    """A request that is cancelled raises nothing, and the pool goes on."""

    async def main() -> None:
        async with serve(hangs(), says(response(BODY))) as server, transport() as http:
            with anyio.move_on_after(0.1) as scope:
                await http.post(request_to(server.url))
            assert scope.cancelled_caught
            assert isinstance(await http.post(request_to(server.url)), Response)

    anyio.run(main)
