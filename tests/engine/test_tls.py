"""Check which certificates are trusted, and that each that is not is refused in one clear line."""

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest
import trustme

from asynceval.domain.failure import Cause
from asynceval.engine import peer
from asynceval.engine.transport import Request, Response, transport
from asynceval.engine.trust import refusal
from asynceval.providers.signal import Action, Signal
from tests.engine.fault_server import cut, hangs, response, says, serve

pytestmark = pytest.mark.timeout(60)

KEY = "sk-" + "s3cr3t" * 6
BODY = b'{"choices": [{"message": {"content": "Hello."}}]}'
LONG_AGO = datetime.now(UTC) - timedelta(days=30)
SOON = datetime.now(UTC) + timedelta(days=30)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Return an authority that nobody trusts but for its file."""
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    """Return the file with the authority's certificate."""
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def identity(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """Return the TLS of a server with a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def outcome_of(tls: ssl.SSLContext, ca_file: str | None) -> tuple[Response | Signal, int]:
    """Return what comes of a request to a server over TLS, and how many requests it saw."""

    async def main() -> tuple[Response | Signal, int]:
        async with serve(says(response(BODY)), tls=tls) as server, transport() as http:
            got = await http.post(over_tls(server.url, ca_file))
            return got, len(server.requests)

    return anyio.run(main)


def over_tls(url: str, ca_file: str | None = None) -> Request:
    url = url.replace("http:", "https:")
    return Request(url, {"Authorization": f"Bearer {KEY}"}, b"{}", 10.0, ca_file)


def check(outcome: Response | Signal, cause: Cause, action: Action, *words: str) -> None:
    assert isinstance(outcome, Signal), outcome
    message = outcome.failure.message
    assert (outcome.failure.cause, outcome.action) == (cause, action), message
    assert not [word for word in words if word not in message], message
    assert not [word for word in (KEY, "<", "Error(", "_ssl.c", "\n") if word in message], message
    assert len(message) < 200
    assert not outcome.maybe_paid


def test_an_own_authority_is_trusted_through_its_file(authority: trustme.CA, ca_file: str) -> None:
    """The server is asked over TLS, and answers."""
    got, requests = outcome_of(identity(authority.issue_cert("127.0.0.1")), ca_file)
    assert isinstance(got, Response)
    assert (got.body, requests) == (BODY, 1)


def test_one_context_serves_all_requests(authority: trustme.CA, ca_file: str) -> None:
    """Requests one after the other use one connection, and the file is read once."""

    async def main() -> None:
        tls = identity(authority.issue_cert("127.0.0.1"))
        async with serve(says(response(BODY)), tls=tls) as server, transport() as http:
            for path in ("a", "b"):
                request = over_tls(f"http://127.0.0.1:{server.port}/{path}", ca_file)
                assert isinstance(await http.post(request), Response)
                await anyio.Path(ca_file).unlink(missing_ok=True)
            assert server.connections == 1

    anyio.run(main)


UNTRUSTED: dict[str, tuple[Callable[[trustme.CA], trustme.LeafCert], str]] = {
    "expired": (
        lambda ca: ca.issue_cert("127.0.0.1", not_before=LONG_AGO, not_after=LONG_AGO),
        "has expired",
    ),
    "not yet valid": (
        lambda ca: ca.issue_cert("127.0.0.1", not_before=SOON, not_after=SOON),
        "is not valid yet: is this machine's clock right?",
    ),
    "other address": (
        lambda ca: ca.issue_cert("192.0.2.1"),
        "is for another name: is base_url right?",
    ),
    "a name": (
        lambda ca: ca.issue_cert("model.test"),
        "is for another name: is base_url right?",
    ),
    "another authority": (
        lambda _: trustme.CA().issue_cert("127.0.0.1"),
        "is self-signed or of an unknown authority: if it is your own, set the endpoint's ca_file",
    ),
}


@pytest.mark.parametrize(("issue", "words"), UNTRUSTED.values(), ids=UNTRUSTED.keys())
def test_a_certificate_that_is_not_good_is_named(
    issue: Callable[[trustme.CA], trustme.LeafCert],
    words: str,
    authority: trustme.CA,
    ca_file: str,
) -> None:
    """Each way to be wrong has its own line, it halts the endpoint, and nothing is sent."""
    got, requests = outcome_of(identity(issue(authority)), ca_file)
    check(got, Cause.UNREACHABLE, Action.HALT_ENDPOINT, "the certificate of 127.0.0.1", words)
    assert requests == 0


def test_a_certificate_for_another_name_is_named_too(authority: trustme.CA, ca_file: str) -> None:
    """Names and addresses are two errors of OpenSSL's, and one for the user."""

    async def main() -> Response | Signal:
        tls = identity(authority.issue_cert("model.test"))
        async with serve(says(response(BODY)), tls=tls) as server, transport() as http:
            return await http.post(over_tls(f"http://localhost:{server.port}/v1", ca_file))

    words = "the certificate of localhost"
    check(anyio.run(main), Cause.UNREACHABLE, Action.HALT_ENDPOINT, words, "is for another name")


def test_an_own_authority_without_its_file_is_told_the_way(authority: trustme.CA) -> None:
    """Without the file it is refused, and the message names the setting."""
    got, requests = outcome_of(identity(authority.issue_cert("127.0.0.1")), None)
    check(got, Cause.UNREACHABLE, Action.HALT_ENDPOINT, "set the endpoint's ca_file")
    assert requests == 0


def test_another_flaw_of_a_certificate_is_told_without_openssls_words() -> None:
    """What has no line of its own is still one plain line."""
    flaw = ssl.SSLCertVerificationError(1, "[SSL] certificate verify failed (_ssl.c:992)")
    flaw.verify_code = 23
    assert refusal(flaw, "h.test") == "the certificate of h.test is not accepted"


@pytest.mark.parametrize("text", [None, "no certificate"])
def test_a_file_without_certificates_is_named(text: str | None, tmp_path: Path) -> None:
    """A file that is missing or holds none halts the endpoint before anything is sent."""
    path = tmp_path / "authority.pem"
    if text is not None:
        path.write_text(text, encoding="utf-8")

    async def main() -> Response | Signal:
        async with serve(says(response(BODY))) as server, transport() as http:
            got = await http.post(over_tls(server.url, str(path)))
            assert server.connections == 0
            return got

    got = anyio.run(main)
    assert isinstance(got, Signal)
    assert (got.failure.cause, got.action) == (Cause.CONFIG, Action.HALT_ENDPOINT)
    assert f"ca_file {path} cannot be used" in got.failure.message


@pytest.mark.parametrize("answers", [True, False])
def test_tls_to_a_plain_server(answers: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain server answers to TLS with plain words, or waits for more: the message asks for http."""
    monkeypatch.setattr(peer, "_CONNECT_SECONDS", 0.3)

    async def main() -> Response | Signal:
        listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
        port = listener.extra(anyio.abc.SocketAttribute.local_port)

        async def plain(stream: anyio.abc.SocketStream) -> None:
            async with stream:
                await stream.receive()
                if answers:
                    await stream.send(response(b"", status="400 Bad Request"))
                await anyio.sleep_forever()

        async with listener, transport() as http, anyio.create_task_group() as tasks:
            tasks.start_soon(listener.serve, plain)
            got = await http.post(over_tls(f"http://127.0.0.1:{port}/v1"))
            tasks.cancel_scope.cancel()
        return got

    action = Action.HALT_ENDPOINT if answers else Action.RETRY
    check(anyio.run(main), Cause.UNREACHABLE, action, "127.0.0.1", "is it http, not https?")


def test_a_server_that_closes_instead_of_tls() -> None:
    """A connection that ends during the handshake is none: to be tried again, nothing was sent."""

    async def main() -> Response | Signal:
        listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        async with listener, transport() as http, anyio.create_task_group() as tasks:
            tasks.start_soon(listener.serve, cut())
            got = await http.post(over_tls(f"http://127.0.0.1:{port}/v1"))
            tasks.cancel_scope.cancel()
        return got

    check(anyio.run(main), Cause.UNREACHABLE, Action.RETRY, "is the server up?")


def test_plain_http_to_a_tls_server(authority: trustme.CA) -> None:
    """The other way round the connection breaks at once, and the key is not understood."""

    async def main() -> Response | Signal:
        tls = identity(authority.issue_cert("127.0.0.1"))
        async with serve(hangs(), tls=tls) as server, transport() as http:
            got = await http.post(Request(server.url, {}, b"{}", 5.0))
            assert server.requests == []
            return got

    got = anyio.run(main)
    assert isinstance(got, Signal)
    assert got.failure.cause is Cause.CONNECTION
