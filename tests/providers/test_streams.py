"""The contract of every kind that streams, over HTTP, with servers that stream as their vendors document."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest

from asynceval.domain.cell import Cell
from asynceval.domain.failure import Cause
from asynceval.domain.reply import Reply, Usage
from asynceval.domain.secret import Secret
from asynceval.engine.gate import Gate
from asynceval.engine.route import Route
from asynceval.providers.kinds import provider
from asynceval.providers.signal import Action, Signal
from asynceval.store.line import Record, decode, encode
from tests.providers.dialect import (
    COMPLETION,
    KEY,
    NEVER,
    PROMPT,
    RETRY,
    SLOW,
    THOUGHT,
    Dialect,
    Line,
    line,
)
from tests.providers.vendors.anthropic import ANTHROPIC
from tests.providers.vendors.every import BY_HTTP, EVERY
from tests.providers.vendors.gemini import GEMINI
from tests.providers.vendors.hosts import MISTRAL
from tests.providers.vendors.ollama import OLLAMA
from tests.providers.vendors.openai import OPENAI
from tests.providers.vendors.responses import RESPONSES
from tests.providers.vendors.streams import STREAMS, data

pytestmark = pytest.mark.timeout(60)
STREAMING = [dialect for dialect in BY_HTTP if dialect.kind in STREAMS]
every_stream = pytest.mark.parametrize("dialect", STREAMING, ids=str)
CHUNKED = (OPENAI, MISTRAL)
TEXTS = ["Hel", "lo, wörld", ".\n\ndata: no"]


@pytest.fixture(scope="module", name="line")
def open_line() -> Iterator[Line]:
    """Open one server for all tests here; each says what it answers."""
    with line() as opened:
        yield opened


def send(line: Line, dialect: Dialect, stall: float = 30.0) -> Reply | Signal:
    """Send a call whose reply is to come in pieces."""
    endpoint = replace(dialect.endpoint(line.server.url), stall_timeout=stall)
    route = Route(endpoint, Gate(endpoint), Secret(KEY), streaming=frozenset({"m"}))
    call = dialect.call(is_whole=False)
    request = route.request(call, call.key(), 1, 20.0)
    return line.portal.call(route.send, line.http, request)


def test_every_kind_streams_or_says_that_it_does_not() -> None:
    """Those of chat completions stream alike; a template or a program does not."""
    kinds = {dialect.kind for dialect in EVERY}
    without = {k.kind for k in EVERY if provider(k.endpoint("http://h")).stream is None}
    assert without == {"http", "command"}
    alike = {"azure", "deepseek", "openrouter", "together", "groq"}
    assert kinds == without | alike | set(STREAMS)


@every_stream
@pytest.mark.parametrize("ending", ["stop", "length"])
def test_a_stream_is_the_reply_that_it_would_have_been_in_one(
    line: Line, dialect: Dialect, ending: str
) -> None:
    """Text, thinking, ending, tokens and name; and when it began."""
    pieces = STREAMS[dialect.kind](TEXTS, "Hm.", ending)
    line.server.streams(pieces, [0.0, 0.05] + [0.02] * len(pieces))
    got = send(line, dialect)
    assert isinstance(got, Reply), got
    assert (got.text, got.reasoning) == ("".join(TEXTS), "Hm.")
    assert (got.finish_reason, got.model) == (ending, "m-1-2026")
    assert (got.usage.prompt_tokens, got.usage.completion_tokens) == (PROMPT, COMPLETION)
    assert got.usage.reasoning_tokens in (None, THOUGHT)
    assert got.first_words is not None
    assert got.last_words is not None
    assert 0 < got.first_words < got.last_words < 20
    assert got.tokens_per_second == (COMPLETION - 1) / (got.last_words - got.first_words)
    record = Record(b"k" * 16, Cell("1", "writing", 1, "m", 0), got, 1.0, 0.0, 1.0, 1)
    stored = decode(encode(record)[:-1]).reply
    assert stored.first_words == pytest.approx(got.first_words, abs=1e-6)
    assert stored.last_words == pytest.approx(got.last_words, abs=1e-6)


@every_stream
def test_a_stream_is_asked_for_as_documented(line: Line, dialect: Dialect) -> None:
    """By a field, or by another method of the model; unasked there is no trace of it."""
    line.server.streams(STREAMS[dialect.kind](["Hi"], "Hm.", "stop"))
    send(line, dialect)
    ((_, path, _, body),) = line.server.requests
    plain = dialect.body(is_whole=False)
    if dialect.kind == "gemini":
        streaming = dialect.path.replace(":generateContent", ":streamGenerateContent?alt=sse")
        assert (path, orjson.loads(body)) == (streaming, plain)
        return
    counts = {"stream_options": {"include_usage": True}} if dialect is OPENAI else {}
    assert (path, orjson.loads(body)) == (dialect.path, {**plain, "stream": True, **counts})


@every_stream
def test_a_stream_that_is_cut_is_never_a_reply(line: Line, dialect: Dialect) -> None:
    """Wherever it is cut, though the server closes as if all was said."""
    pieces = STREAMS[dialect.kind](["Hello", "."], "Hm.", "stop")
    whole = b"".join(pieces)
    last = whole.rindex(
        b'"finish_reason":"stop"' if dialect in CHUNKED else b"{", 0, len(whole) - 9
    )
    for end in (*range(1, last, 37), last):
        line.server.streams([whole[:end]])
        got = send(line, dialect)
        assert isinstance(got, Signal), whole[:end]
        assert (got.failure.cause, got.action) == (Cause.MALFORMED, Action.RETRY_ONCE)
        assert got.maybe_paid


@every_stream
def test_a_stream_that_stalls_is_left(line: Line, dialect: Dialect) -> None:
    """So is one that keeps its connection open with what holds no words."""
    pieces = STREAMS[dialect.kind](["Hello", "."], "Hm.", "stop")
    line.server.streams(pieces, [0.0] * (len(pieces) - 1) + [5.0])
    got = send(line, dialect, stall=0.2)
    assert isinstance(got, Signal)
    assert (got.failure.cause, got.action) == (Cause.TIMEOUT, Action.RETRY)
    assert "stood still for 0.2 s" in got.failure.message
    assert got.maybe_paid
    said = len(pieces) - (4 if dialect.kind == "anthropic" else 1)
    silent = b"\n" if dialect.kind == "ollama" else b': alive\n\ndata: {"type":"ping"}\n\n'
    line.server.streams([*pieces[:said], *[silent] * 40], [0.0] * said + [0.1] * 40)
    got = send(line, dialect, stall=0.2)
    assert isinstance(got, Signal)
    assert "stood still for 0.2 s" in got.failure.message


@every_stream
def test_a_model_may_think_for_long_before_it_speaks(line: Line, dialect: Dialect) -> None:
    """After the server said that it has begun, too: only what comes between words has a limit."""
    pieces = STREAMS[dialect.kind](["Hello", "."], "Hm.", "stop")
    first = next(at for at, piece in enumerate(pieces) if b"Hm." in piece)
    line.server.streams(pieces, [0.0] * first + [0.5])
    assert isinstance(send(line, dialect, stall=0.2), Reply)


@every_stream
def test_a_server_that_does_not_stream_is_understood(line: Line, dialect: Dialect) -> None:
    """Its reply is whole, only not measured; its errors are what they always are."""
    line.server.answers(dialect.answer("Hello.", None, "stop"))
    got = send(line, dialect)
    assert isinstance(got, Reply)
    assert (got.text, got.first_words, got.tokens_per_second) == ("Hello.", None, None)
    for refusal in dialect.refusals:
        line.server.answers(refusal.body, refusal.status, refusal.headers)
        refused = send(line, dialect)
        assert isinstance(refused, Signal)
        assert (refused.failure.cause, refused.action) == (refusal.cause, refusal.action), refusal


ERRORS = (
    (OPENAI, {"error": {"message": "overloaded", "type": "server_error", "code": 503}}, RETRY),
    (OPENAI, {"text": "**NETWORK ERROR** overloaded", "error_code": 50001}, RETRY),
    (OPENAI, {"object": "error", "message": "no, overloaded", "code": 42903}, SLOW),
    (OPENAI, {"object": "error", "message": "maximum context length", "code": 400}, NEVER),
    (
        RESPONSES,
        {"type": "error", "code": "rate_limit_exceeded", "message": "Slow down", "param": None},
        SLOW,
    ),
    (
        RESPONSES,
        {
            "type": "response.failed",
            "response": {"status": "failed", "error": {"code": "server_error", "message": "oops"}},
        },
        RETRY,
    ),
    (
        ANTHROPIC,
        {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
        SLOW,
    ),
    (GEMINI, {"error": {"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}}, RETRY),
    (MISTRAL, {"object": "error", "message": "Internal server error", "code": "1000"}, RETRY),
    (OLLAMA, {"error": "an error was encountered while running the model: CUDA error"}, RETRY),
)


def test_every_kind_has_an_error_in_a_stream() -> None:
    """A kind that streams is added above."""
    assert {dialect.kind for dialect, *_ in ERRORS} == set(STREAMS)


@pytest.mark.parametrize(("dialect", "error", "action"), ERRORS, ids=str)
def test_an_error_in_a_stream_is_one(
    line: Line, dialect: Dialect, error: dict[str, Any], action: Action
) -> None:
    """However much was said before it, which may have been charged for."""
    piece = orjson.dumps(error) + b"\n" if dialect.kind == "ollama" else data(error)
    line.server.streams([*STREAMS[dialect.kind](["Hello"], "Hm.", "stop")[:3], piece])
    got = send(line, dialect)
    assert isinstance(got, Signal)
    assert got.action is action, got.failure
    inner = error.get("response", error)
    told = inner.get("text") or inner.get("message") or inner["error"]
    assert (told["message"] if isinstance(told, dict) else told) in got.failure.message
    assert got.maybe_paid


def test_an_error_that_nobody_knows_is_the_requests_only_as_the_first_piece(line: Line) -> None:
    """A server that has begun to answer took the request."""
    line.server.streams([data({"error": {"message": "odd"}})])
    got = send(line, OPENAI)
    assert isinstance(got, Signal)
    assert (got.action, got.maybe_paid) == (Action.GIVE_UP, False)


def chunk(delta: bytes, finish: bytes = b"null", more: bytes = b"") -> bytes:
    """Return a piece of a completion as it is written."""
    return b'data: {"choices":[{"index":0,"delta":%b,"finish_reason":%b%b}]}\n\n' % (
        delta,
        finish,
        more,
    )


def test_a_character_may_come_in_two_pieces(line: Line) -> None:
    """Half of one alone is replaced, as in a reply that comes whole, and numbers JSON lacks are none."""
    odd = b',"logprobs":{"content":[{"token":"!","logprob":-Infinity}]}'
    halves = (chunk(b'{"content":"\\ud83d"}'), chunk(b'{"content":"\\ude00"}', more=odd))
    line.server.streams([*halves, chunk(b"{}", b'"stop"')])
    got = send(line, OPENAI)
    assert isinstance(got, Reply)
    assert (got.text, got.flags) == ("\N{GRINNING FACE}", ())
    line.server.streams([halves[0], chunk(b"{}", b'"stop"')])
    got = send(line, OPENAI)
    assert isinstance(got, Reply)
    assert (got.text, got.flags) == ("\N{REPLACEMENT CHARACTER}", ("surrogate",))


def test_a_byte_order_mark_before_a_stream_is_no_part_of_it(line: Line) -> None:
    """The specification of these streams says to skip it."""
    line.server.streams([b"\xef\xbb\xbf" + chunk(b'{"content":"Hi"}'), chunk(b"{}", b'"stop"')])
    got = send(line, OPENAI)
    assert isinstance(got, Reply)
    assert got.text == "Hi"


def test_usage_is_optional_and_thinking_has_two_names(line: Line) -> None:
    """Compatible servers differ: no usage, no [DONE], `reasoning`, a single newline at the end."""
    piece = {"choices": [{"index": 0, "delta": {"reasoning": "Hm.", "content": None}}]}
    last = {"choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": "stop"}]}
    line.server.streams([data(piece), data(last)[:-1]])
    got = send(line, OPENAI)
    assert isinstance(got, Reply)
    assert (got.text, got.reasoning, got.usage) == ("Hi", "Hm.", Usage())
    assert got.tokens_per_second is None


@pytest.mark.parametrize(
    ("dialect", "last"),
    [(ANTHROPIC, {"type": "ping"}), (RESPONSES, {"type": "keepalive", "sequence_number": 99})],
    ids=str,
)
def test_what_comes_after_the_end_takes_nothing_back(
    line: Line, dialect: Dialect, last: object
) -> None:
    """A sign of life that crossed with the last event."""
    pieces = STREAMS[dialect.kind](["Hello", "."], "Hm.", "stop")
    line.server.streams([*pieces, data(last)])
    got = send(line, dialect)
    assert isinstance(got, Reply), got
    assert got.text == "Hello."


@pytest.mark.parametrize("status", ["queued", "in_progress"])
def test_a_response_that_has_not_begun_is_cut(line: Line, status: str) -> None:
    """Whatever the state is called that it was left in."""
    response = {**RESPONSES.answer("", None, "stop"), "status": status}
    line.server.streams([data({"type": f"response.{status}", "response": response})])
    got = send(line, RESPONSES)
    assert isinstance(got, Signal)
    assert "cut off" in got.failure.message
