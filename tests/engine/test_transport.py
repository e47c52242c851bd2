"""Check what becomes of every way in which HTTP can break, on real sockets."""

import gzip
import os
import resource
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from anyio.abc import SocketStream

from asynceval import __version__
from asynceval.domain.failure import Cause
from asynceval.domain.reply import Reply
from asynceval.domain.sweep import Endpoint
from asynceval.engine import peer
from asynceval.engine import transport as transport_module
from asynceval.engine.stall import Stall
from asynceval.engine.transport import Request, Response, transport
from asynceval.providers.openai import OpenAI
from asynceval.providers.reading import decode
from asynceval.providers.signal import Action, Signal
from tests.engine.fault_server import (
    Fault,
    FaultServer,
    bomb,
    cut,
    drips,
    floods,
    hangs,
    reset,
    response,
    says,
    serve,
    zipped,
)

pytestmark = pytest.mark.timeout(60)

OPENAI = OpenAI(Endpoint("house", "http://h"))
KEY = "sk-" + "s3cr3t" * 6
BODY = b'{"choices": [{"message": {"content": "Hello."}}]}'
PACKED = gzip.compress(BODY)
GZIP = "Content-Encoding: gzip"
CHUNKED = response(b"", "Transfer-Encoding: chunked", length=None)


def request_to(url: str, seconds: float = 10.0) -> Request:
    return Request(url, OPENAI.headers(KEY), b'{"model": "m"}', seconds)


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


def check(outcome: Reply | Response | Signal, cause: Cause, action: Action, *words: str) -> None:
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
            # aiohttp itself would offer more encodings wherever a package for them is installed.
            assert http._session.headers["Accept-Encoding"] == "gzip, deflate"
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
        says(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 2, response(BODY)),
        cut(response(BODY, length=None)),
        cut(b"HTTP/1.0 200 OK\r\n\r\n" + BODY),
    ],
    ids=["gzip", "chunks", "100-continue", "103", "until it closes", "HTTP 1.0"],
)
def test_unusual_but_proper(fault: Fault) -> None:
    """Compressed, chunked, announced and old responses are read like any other."""
    got = outcome_of(fault)
    assert isinstance(got, Response)
    assert (got.status, got.body) == (200, BODY)


@pytest.mark.parametrize(
    ("head", "is_last"),
    [
        (b"HTTP/1.1 200 OK\r\n", False),
        (b"HTTP/1.1 200 OK\r\nConnection: Close\r\n", True),
        (b"HTTP/1.0 200 OK\r\n", True),
        (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n", False),
    ],
)
def test_the_last_response_of_a_connection_is_known(head: bytes, *, is_last: bool) -> None:
    """A server says by its words, or by its old version, that it closes the connection."""
    got = outcome_of(says(head + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY))
    assert isinstance(got, Response)
    assert got.is_last is is_last


BREAKS = {
    "reset": (reset(), "broke"),
    "closed": (cut(), "closed the connection before it answered"),
    "reset within": (reset(response(BODY, length=99)), ""),
    "cut": (cut(response(BODY, length=99)), "cut off"),
    "cut chunks": (cut(CHUNKED, b"20\r\nabc"), "cut off"),
    "cut headers": (cut(b"HTTP/1.1 200 OK\r\nContent-"), "before it answered"),
    "cut gzip": (cut(response(PACKED[:20], GZIP, length=len(PACKED))), "cut off"),
}


@pytest.mark.parametrize(("fault", "words"), BREAKS.values(), ids=BREAKS.keys())
def test_a_broken_connection_is_retried(fault: Fault, words: str) -> None:
    """Whatever breaks between the sockets is a connection to try again, and maybe was paid for."""
    got = outcome_of(fault)
    check(got, Cause.CONNECTION, Action.RETRY, "127.0.0.1", words)
    assert isinstance(got, Signal)
    assert got.maybe_paid


BABBLE = {
    "no HTTP": (says(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), "proper HTTP"),
    "odd status": (says(b"HTTP/1.1 abc OK\r\n\r\n"), "proper HTTP"),
    "9 kB header": (says(response(BODY, "X-Long: " + "x" * 9000)), "proper HTTP"),
    "200 headers": (says(response(BODY, *(f"X-{n}: 1" for n in range(200)))), "proper HTTP"),
    "two lengths": (says(response(BODY, "Content-Length: 3")), "proper HTTP"),
    "bad chunk": (says(CHUNKED + b"zz\r\nabc\r\n"), "proper HTTP"),
    "bad gzip": (says(zipped(BODY, is_valid=False)), "cannot be decoded"),
    "brotli": (says(response(b"\x1b\x00", "Content-Encoding: br")), ""),
    "zstd": (says(response(b"\x28\xb5", "Content-Encoding: zstd")), ""),
}


@pytest.mark.parametrize(("fault", "words"), BABBLE.values(), ids=BABBLE.keys())
def test_what_is_not_proper_http_is_hardly_retried(fault: Fault, words: str) -> None:
    """A server that speaks something else mostly goes on; it never said 400, whatever aiohttp says."""
    got = outcome_of(fault)
    check(got, Cause.CONNECTION, Action.RETRY_ONCE, "127.0.0.1", words)
    assert isinstance(got, Signal)
    assert got.maybe_paid
    assert got.failure.status is None


CUT = {
    "until it closes": cut(response(BODY[:-9], length=None)),
    "gzip": says(response(PACKED[:-20], GZIP)),
    "gzip until it closes": cut(response(PACKED[:-20], GZIP, length=None)),
    "unknown encoding": says(response(b"\x00\x01", "Content-Encoding: odd")),
}


@pytest.mark.parametrize("fault", CUT.values(), ids=CUT.keys())
def test_a_body_that_is_cut_without_a_trace_is_found_by_its_json(fault: Fault) -> None:
    """A body may end early in a whole response: only what is in it tells."""
    got = outcome_of(fault)
    assert isinstance(got, Response)
    assert got.status == 200
    signal = decode(OPENAI, got.status, got.headers, got.body)
    assert isinstance(signal, Signal)
    assert (signal.failure.cause, signal.action) == (Cause.MALFORMED, Action.RETRY_ONCE)
    assert signal.maybe_paid


@pytest.mark.parametrize(
    ("faults", "is_stale"),
    [
        ([cut()], True),
        ([says(response(BODY)), cut()], True),
        ([cut(b"HTTP/1.1 2")], False),
        ([cut(response(b"", length=9))], False),
        ([reset()], False),
    ],
    ids=["at once", "kept alive", "within the head", "within the body", "reset"],
)
def test_a_connection_that_was_closed_before_a_byte_is_stale(
    faults: list[Fault], is_stale: bool
) -> None:
    """The server closed it meanwhile, so a fresh one may do at once; a byte of an answer says no."""

    async def main() -> Response | Signal:
        async with serve(*faults) as server, transport() as http:
            outcomes = [await http.post(request_to(server.url)) for _ in faults]
            return outcomes[-1]

    got = anyio.run(main)
    assert isinstance(got, Signal)
    assert got.is_stale is is_stale


@pytest.mark.parametrize(("stall", "connections"), [(None, 1), (Stall(5.0, lambda *_: None), 3)])
def test_a_stream_in_plain_http_has_a_connection_of_its_own(
    stall: Stall | None, connections: int
) -> None:
    """A server may close it after a stream, whatever it said before."""

    async def main() -> int:
        async with serve(says(response(BODY))) as server, transport() as http:
            for _ in range(3):
                got = await http.post(replace(request_to(server.url), stall=stall))
                assert isinstance(got, Response)
            return server.connections

    assert anyio.run(main) == connections


@pytest.mark.parametrize(
    "fault",
    [
        cut(response(b'{"err', "Retry-After: 7", status="429 Slow Down", length=99)),
        says(response(b"x", "Retry-After: 7", GZIP, status="429 Slow Down")),
        hangs(response(b"x", "Retry-After: 7", status="429 Slow Down", length=99)),
    ],
    ids=["cut", "bad gzip", "stalls"],
)
def test_an_error_whose_body_breaks_is_still_that_error(fault: Fault) -> None:
    """Status and headers say what to do, so the server's wait is not lost with the body."""
    got = outcome_of(fault, 0.5)
    assert isinstance(got, Response)
    signal = decode(OPENAI, got.status, got.headers, got.body)
    assert isinstance(signal, Signal)
    assert (signal.action, signal.retry_after) == (Action.SLOW_DOWN, 7.0)
    assert not signal.maybe_paid


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
    got = outcome_of(fault, 0.5)
    check(got, Cause.TIMEOUT, Action.RETRY, "within 0.5 s", arrived)
    assert isinstance(got, Signal)
    assert got.maybe_paid


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect"])
@pytest.mark.parametrize("header", ["Authorization", "x-api-key", "api-key", "x-goog-api-key"])
def test_a_redirect_to_another_server_is_not_followed(status: str, header: str) -> None:
    """It comes back as it is, and neither the key nor anything else reaches the other server."""

    async def main() -> None:
        async with serve(says(response(BODY))) as elsewhere:
            moved = response(b"", f"Location: {elsewhere.url}", status=status)
            async with serve(says(moved)) as server, transport() as http:
                request = Request(server.url, {header: KEY}, b"{}", 10.0)
                got = await http.post(request)
            assert isinstance(got, Response)
            assert got.status == int(status[:3])
            assert elsewhere.connections == 0
            signal = decode(OPENAI, got.status, got.headers, got.body)
            check(signal, Cause.CONFIG, Action.HALT_ENDPOINT, f"127.0.0.1:{elsewhere.port}")

    anyio.run(main)


@pytest.mark.parametrize("location", ["/v2/chat/completions", "/v1/chat/completions"])
def test_a_redirect_within_the_server_is_not_followed(location: str) -> None:
    """Not even to another path, and a loop ends where it starts."""
    got = outcome_of(says(response(b"", f"Location: {location}", status="308 Moved")))
    assert isinstance(got, Response)
    signal = decode(OPENAI, got.status, got.headers, got.body)
    check(signal, Cause.CONFIG, Action.HALT_ENDPOINT, f"redirected to {location}")


@pytest.mark.parametrize(
    "sent", [response(b"x" * 5000), zipped(b"x" * 5000)], ids=["plain", "bomb"]
)
def test_a_body_over_the_cap(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body over the cap, counted after decompression, is given up."""
    monkeypatch.setattr(transport_module, "LARGEST_BODY", 4999)
    check(outcome_of(says(sent)), Cause.MALFORMED, Action.GIVE_UP, "over")
    monkeypatch.setattr(transport_module, "LARGEST_BODY", 5000)
    assert isinstance(outcome_of(says(sent)), Response)


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="Linux measures the peak")
@pytest.mark.parametrize("kind", ["flood", "bomb"])
def test_memory_stays_flat_under_a_body_without_end(kind: str) -> None:
    """Of 400 MB, on the wire or unpacked, never more than the cap is held, and none afterwards."""
    fault = floods(400) if kind == "flood" else says(bomb(400))
    outcome_of(says(response(BODY)))
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = memory("VmRSS")
    for _ in range(3):
        check(outcome_of(fault), Cause.MALFORMED, Action.GIVE_UP, "is over 32 MB")
    assert memory("VmHWM") - before < 64
    assert memory("VmRSS") - before < 48


def memory(name: str) -> float:
    """Return a figure of this process's memory, in MB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))


def test_many_members_of_gzip_do_not_stop_the_clock() -> None:
    """Ten thousand empty members, a trap of quadratic time, hold up nothing else."""
    gaps: list[float] = []

    async def watch() -> None:
        last = anyio.current_time()
        while True:
            await anyio.lowlevel.checkpoint()
            gaps.append(anyio.current_time() - last)
            last += gaps[-1]

    async def main() -> float:
        gaps.clear()
        sent = response(gzip.compress(b"") * 10_000 + PACKED, GZIP)
        async with serve(says(sent)) as server, anyio.create_task_group() as tasks:
            tasks.start_soon(watch)
            got = await post(server.url)
            tasks.cancel_scope.cancel()
        check(got, Cause.CONNECTION, Action.RETRY_ONCE, "cannot be decoded")
        return max(gaps)

    # A busy machine may hold up one run, hardly each of five.
    assert min(anyio.run(main) for _ in range(5)) < 0.1


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
    assert isinstance(got, Signal)
    assert not got.maybe_paid


def test_no_such_host() -> None:
    """A name that does not resolve is named."""
    got = anyio.run(post, "http://no-such-host.invalid/v1")
    check(got, Cause.UNREACHABLE, Action.RETRY, "no-such-host.invalid does not resolve")
    assert isinstance(got, Signal)
    assert not got.maybe_paid


def test_another_address_of_the_name_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where `localhost` is first the IPv6 one, and only IPv4 listens, the request arrives."""

    def addresses(_host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        kinds = ((socket.AF_INET6, ("::1", port, 0, 0)), (socket.AF_INET, ("127.0.0.1", port)))
        return [(family, socket.SOCK_STREAM, 6, "", address) for family, address in kinds]

    async def main() -> Response | Signal:
        async with serve(says(response(BODY))) as server:
            monkeypatch.setattr(socket, "getaddrinfo", addresses)
            return await post(server.url.replace("127.0.0.1", "localhost"))

    assert isinstance(anyio.run(main), Response)


def test_https_to_a_plain_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that never answers to TLS is given up soon, and the user asked whether it is http."""
    monkeypatch.setattr(peer, "_CONNECT_SECONDS", 0.2)

    async def main() -> Response | Signal:
        async with serve(hangs()) as server:
            return await post(server.url.replace("http:", "https:"))

    check(anyio.run(main), Cause.UNREACHABLE, Action.RETRY, "is it http, not https?")


@pytest.mark.parametrize("url", ["http:///v1", "nonsense", "ftp://127.0.0.1/v1", "http://h:99999/"])
def test_no_url(url: str) -> None:
    """What is no URL of a server halts the endpoint."""
    check(anyio.run(post, url), Cause.CONFIG, Action.HALT_ENDPOINT, url)


def test_a_url_is_shown_without_its_secrets() -> None:
    """A name, a password and a query may be keys, so no message holds them."""
    got = anyio.run(post, f"ftp://name:{KEY}@127.0.0.1/v1?key={KEY}")
    check(got, Cause.CONFIG, Action.HALT_ENDPOINT, "127.0.0.1/v1 is not a URL")


def test_a_key_that_cannot_be_sent_is_no_wrong_url() -> None:
    """A key with a line end is refused before a byte is sent, and not shown."""

    async def main() -> Response | Signal:
        async with serve(hangs()) as server, transport() as http:
            got = await http.post(Request(server.url, OPENAI.headers(f"{KEY}\n"), b"{}", 10.0))
            assert server.requests == []
            return got

    words = "does the key hold odd characters?"
    check(anyio.run(main), Cause.CONFIG, Action.HALT_ENDPOINT, words)


def test_a_connection_is_kept() -> None:
    """Requests one after the other use one connection; one that broke is replaced."""

    async def main() -> int:
        good = says(response(BODY))
        async with serve(good, good, cut(), good) as server, transport() as http:
            outcomes = [await http.post(request_to(server.url)) for _ in range(4)]
        assert [isinstance(got, Response) for got in outcomes] == [True, True, False, True]
        return server.connections

    assert anyio.run(main) == 2


def test_connections_that_close_after_each_request_do_not_pile_up() -> None:
    """A server of HTTP 1.0 gets a connection for each request, and none stays open."""

    async def main() -> None:
        old = cut(b"HTTP/1.0 200 OK\r\n\r\n" + BODY)
        async with serve(old) as server, transport() as http:
            await http.post(request_to(server.url))
            before = open_files()
            for _ in range(50):
                assert isinstance(await http.post(request_to(server.url)), Response)
            await server.closed()
            assert server.connections == 51
            assert open_files() <= before

    anyio.run(main)


def open_files() -> int:
    """Return how many files and sockets this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def test_what_is_under_a_url_is_asked_for() -> None:
    """A GET has no body, and comes back like any other response."""

    async def main() -> None:
        async with serve(says(response(BODY)), cut()) as server, transport() as http:
            got = await http.get(request_to(server.url))
            assert isinstance(got, Response)
            assert got.body == BODY
            head, _, body = server.requests[0].partition(b"\r\n\r\n")
            assert head.startswith(b"GET /v1/chat/completions HTTP/1.1\r\n")
            assert body == b""
            assert b"Content-Length" not in head
            got = await http.get(request_to(server.url))
            check(got, Cause.CONNECTION, Action.RETRY, "closed the connection")

    anyio.run(main)


@pytest.mark.parametrize("fault", [hangs(), floods(64), drips(BODY, 0.1)])
def test_a_connection_that_is_given_up_is_closed(fault: Fault) -> None:
    """A server that is silent, slow or endless holds no connection once its call is over."""

    async def main() -> None:
        async with serve(fault) as server, transport() as http:
            assert isinstance(await http.post(request_to(server.url, 0.3)), Signal)
            with anyio.fail_after(5):
                await server.closed()

    anyio.run(main)


def test_cancelled_in_flight() -> None:
    """A request that is cancelled raises nothing, and the pool goes on."""

    async def main() -> None:
        reached = anyio.Event()

        async def stall(stream: SocketStream) -> None:
            reached.set()
            await hangs()(stream)

        async with serve(stall, says(response(BODY))) as server, transport() as http:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(http.post, request_to(server.url))
                await reached.wait()
                tasks.cancel_scope.cancel()
            assert isinstance(await http.post(request_to(server.url)), Response)

    anyio.run(main)


def test_no_more_open_files_slow_down_and_say_what_to_do() -> None:
    """A limit of this machine's is no outage of the server's: calls wait, and go on when there is room."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    async def main() -> tuple[Response | Signal, Response | Signal]:
        async with serve(says(response(BODY))) as server, transport() as http:
            taken = [os.dup(0)]
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(taken) + 8, hard))
            try:
                with suppress(OSError):
                    while True:
                        taken.append(os.dup(0))
                refused = await http.post(request_to(server.url))
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
                for descriptor in taken:
                    os.close(descriptor)
            return refused, await http.post(request_to(server.url))

    refused, answered = anyio.run(main)
    check(refused, Cause.OPEN_FILES, Action.SLOW_DOWN, "ulimit -n", "parallel")
    assert isinstance(answered, Response)
