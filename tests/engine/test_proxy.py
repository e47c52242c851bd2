"""Check what goes through a proxy of the environment, and what becomes of one that fails."""

import base64
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
import trustme
from yarl import URL

from asynceval.domain.failure import Cause
from asynceval.domain.sweep import Endpoint
from asynceval.engine.proxies import Proxies, proxies
from asynceval.engine.transport import Request, Response, transport
from asynceval.providers.openai import OpenAI
from asynceval.providers.signal import Action, Signal
from tests.engine.fault_server import (
    Fault,
    FaultServer,
    cut,
    hangs,
    response,
    says,
    serve,
    tunnels,
)

pytestmark = pytest.mark.timeout(60)

OPENAI = OpenAI(Endpoint("house", "http://h"))
KEY = "sk-" + "s3cr3t" * 6
BODY = b'{"choices": [{"message": {"content": "Hello."}}]}'
PASSWORD = "pr0xy-w0rd"
PLAIN = "http://model.test/v1/chat/completions"
SECURE = "https://model.test/v1/chat/completions"


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def closed_port() -> Iterator[int]:
    """Return a port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


async def post(url: str, ca_file: str | None = None) -> Response | Signal:
    async with transport() as http:
        return await http.post(Request(url, OPENAI.headers(KEY), b"{}", 10.0, ca_file))


def through(
    monkeypatch: pytest.MonkeyPatch, url: str, fault: Fault, ca_file: str | None = None
) -> tuple[Response | Signal, FaultServer]:
    """Return what comes of a request through a proxy with a password, and the proxy."""

    async def main() -> tuple[Response | Signal, FaultServer]:
        async with serve(fault) as proxy:
            address = f"http://name:{PASSWORD}@127.0.0.1:{proxy.port}"
            for name in ("HTTP_PROXY", "HTTPS_PROXY"):
                monkeypatch.setenv(name, address)
            return await post(url, ca_file), proxy

    return anyio.run(main)


def check(outcome: object, cause: Cause, action: Action, *words: str) -> None:
    """Check a signal; neither the key nor the proxy's password may be in it."""
    assert isinstance(outcome, Signal), outcome
    message = outcome.failure.message
    assert (outcome.failure.cause, outcome.action) == (cause, action), message
    assert not [word for word in words if word not in message], message
    assert not [word for word in (KEY, PASSWORD, "name:", "@", "\n") if word in message], message
    assert not outcome.maybe_paid


def test_a_plain_request_goes_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy gets the whole URL, and its own password apart from the server's key."""
    got, proxy = through(monkeypatch, PLAIN, says(response(BODY)))
    assert isinstance(got, Response)
    assert got.body == BODY
    head = proxy.requests[0].decode()
    assert head.startswith(f"POST {PLAIN} HTTP/1.1\r\n")
    told = base64.b64encode(f"name:{PASSWORD}".encode()).decode()
    assert f"Proxy-Authorization: Basic {told}\r\n" in head
    assert f"Authorization: Bearer {KEY}\r\n" in head


def test_a_request_over_tls_is_tunnelled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The proxy connects, and sees neither the key nor the request."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("model.test").configure_cert(tls)

    async def main() -> None:
        served = serve(says(response(BODY)), tls=tls)
        async with served as server, serve(tunnels(server.port)) as proxy:
            monkeypatch.setenv("https_proxy", f"name:{PASSWORD}@127.0.0.1:{proxy.port}")
            got = await post(SECURE, str(tmp_path / "authority.pem"))
            assert isinstance(got, Response), got
            assert proxy.requests[0].startswith(b"CONNECT model.test:443 HTTP/1.1\r\n")
            assert KEY.encode() not in proxy.requests[0]
            assert KEY.encode() in server.requests[0]

    anyio.run(main)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_server_on_this_machine_is_never_asked_through_a_proxy(
    host: str, monkeypatch: pytest.MonkeyPatch, closed_port: int
) -> None:
    """A proxy elsewhere could not reach it."""

    async def main() -> Response | Signal:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port}")
        async with serve(says(response(BODY))) as server:
            return await post(server.url.replace("127.0.0.1", host))

    assert isinstance(anyio.run(main), Response)


HERE = {
    "http": "http://plain.test:1",
    "https": "http://secure.test:2",
    "no": "own.test,.inner.test,10.0.0.1,other.test:81",
}


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("http://a.test/v1", "http://plain.test:1"),
        ("https://a.test/v1", "http://secure.test:2"),
        ("http://own.test/v1", None),
        ("http://sub.own.test/v1", None),
        ("https://x.inner.test:8000/v1", None),
        ("http://10.0.0.1/v1", None),
        ("http://10.0.0.2/v1", "http://plain.test:1"),
        ("http://other.test:81/v1", None),
        ("http://other.test:82/v1", "http://plain.test:1"),
        ("http://name:word@own.test/v1", None),
        ("http://localhost:8000/v1", None),
        ("http://x.localhost/v1", None),
        ("http://127.0.0.1:8000/v1", None),
        ("http://127.8.0.1:8000/v1", None),
        ("http://[::1]:8000/v1", None),
        ("http://0.0.0.0:8000/v1", None),
    ],
)
def test_which_hosts_have_a_proxy(url: str, proxy: str | None) -> None:
    """The scheme chooses the proxy; NO_PROXY and loopback go without."""
    got = Proxies(HERE).of(URL(url))
    assert got == (None if proxy is None else URL(proxy))


def test_no_proxy_of_a_star_is_for_all() -> None:
    """`NO_PROXY=*` turns every proxy off."""
    assert Proxies({**HERE, "no": "*"}).of(URL("http://a.test")) is None
    assert Proxies({}).of(URL("http://a.test")) is None


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """In capital letters and in small ones; without a scheme it is an HTTP proxy."""
    monkeypatch.setenv("HTTP_PROXY", "http://a.test:1")
    monkeypatch.setenv("https_proxy", "b.test:2")
    monkeypatch.setenv("NO_PROXY", "c.test")
    read = proxies()
    assert read.of(URL("http://d.test")) == URL("http://a.test:1")
    assert read.of(URL("https://d.test")) == URL("http://b.test:2")
    assert read.of(URL("https://c.test")) is None


def test_passwords_of_netrc_are_not_sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file with passwords for other programs is not read on the way."""
    (tmp_path / ".netrc").write_text(f"machine model.test login me password {PASSWORD}")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))

    async def main() -> None:
        async with serve(says(response(BODY))) as proxy:
            monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
            async with transport() as http:
                await http.post(Request(PLAIN, {}, b"{}", 10.0))
            assert b"uthorization" not in proxy.requests[0]

    anyio.run(main)


@pytest.mark.parametrize("url", [PLAIN, SECURE])
def test_a_proxy_that_wants_a_password(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A 407 halts the endpoint, and says that it was the proxy."""
    asks = response(b"", "Proxy-Authenticate: Basic", status="407 Who Are You")
    got, proxy = through(monkeypatch, url, says(asks))
    words = (f"the proxy 127.0.0.1:{proxy.port}", "HTTP 407", "name and a password")
    check(got, Cause.CONFIG, Action.HALT_ENDPOINT, *words)


@pytest.mark.parametrize(("url", "cause"), [(PLAIN, Cause.SERVER), (SECURE, Cause.UNREACHABLE)])
@pytest.mark.parametrize("status", ["502 Bad Gateway", "504 Gateway Timeout"])
def test_a_proxy_that_cannot_reach_the_server(
    url: str, cause: Cause, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A 502 of the proxy's is tried again, and says that it was the proxy."""
    page = b"<html>No route"
    says_no = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\n\r\n"
    got, proxy = through(monkeypatch, url, says(says_no.encode() + page))
    words = (f"the proxy 127.0.0.1:{proxy.port}", f"HTTP {status[:3]}", "model.test")
    check(got, cause, Action.RETRY, *words)


def test_a_failure_of_the_server_behind_a_proxy_is_the_servers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A 502 in JSON is no proxy's page, and comes back with its words."""
    got, _ = through(monkeypatch, PLAIN, says(response(b'{"error": "x"}', status="502 Bad")))
    assert isinstance(got, Response)
    assert (got.status, got.body) == (502, b'{"error": "x"}')


def test_a_proxy_that_forbids_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal to connect halts the endpoint."""
    got, _ = through(monkeypatch, SECURE, says(response(b"", status="403 Forbidden")))
    check(got, Cause.CONFIG, Action.HALT_ENDPOINT, "the proxy", "refuses to connect to model.test")


@pytest.mark.parametrize("url", [PLAIN, SECURE])
def test_a_proxy_that_is_not_there(
    url: str, monkeypatch: pytest.MonkeyPatch, closed_port: int
) -> None:
    """A closed port is the proxy's, not the server's."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://name:{PASSWORD}@127.0.0.1:{closed_port}")
    words = (f"the proxy 127.0.0.1:{closed_port}", "is the proxy up?")
    check(anyio.run(post, url), Cause.UNREACHABLE, Action.RETRY, *words)


def test_a_proxy_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that does not resolve is the proxy's, too."""
    monkeypatch.setenv("HTTP_PROXY", f"http://name:{PASSWORD}@no-proxy.invalid:3128")
    words = "the name of the proxy no-proxy.invalid:3128 does not resolve"
    check(anyio.run(post, PLAIN), Cause.UNREACHABLE, Action.RETRY, words)


def test_a_proxy_that_hangs_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who closed the connection during CONNECT may have been either; it is tried again."""
    got, _ = through(monkeypatch, SECURE, cut())
    assert isinstance(got, Signal)
    assert (got.failure.cause, got.action) == (Cause.CONNECTION, Action.RETRY)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1080", "http://", "http://h:99999", "://"])
def test_a_proxy_of_another_kind(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no HTTP proxy halts the endpoint before anything is sent."""
    monkeypatch.setenv("HTTP_PROXY", proxy)
    words = "the proxy of the environment for http is not an http:// URL"
    check(anyio.run(post, PLAIN), Cause.CONFIG, Action.HALT_ENDPOINT, words)


def test_a_proxy_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection through it is given up as soon as one to a server, and the proxy is named."""
    monkeypatch.setattr("asynceval.engine.peer._CONNECT_SECONDS", 0.2)
    got, proxy = through(monkeypatch, SECURE, hangs())
    words = f"no connection to the proxy 127.0.0.1:{proxy.port} within 0.2 s"
    check(got, Cause.UNREACHABLE, Action.RETRY, words)
