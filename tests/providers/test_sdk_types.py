"""The vendors' own types as builders of responses: what they write, whole and in pieces, is read.

They know every field that a vendor documents, so each answer of ours is held against them, and they
write null where a server may leave a field out.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from typing import Any

import orjson
import pytest
from pydantic import TypeAdapter

from asynceval.domain.reply import Reply
from tests.providers.dialect import Dialect, Line, line
from tests.providers.test_streams import send
from tests.providers.vendors.anthropic import ANTHROPIC
from tests.providers.vendors.gemini import GEMINI
from tests.providers.vendors.hosts import GROQ, MISTRAL
from tests.providers.vendors.ollama import OLLAMA
from tests.providers.vendors.openai import OPENAI
from tests.providers.vendors.responses import RESPONSES
from tests.providers.vendors.streams import STREAMS, data

pytestmark = [pytest.mark.timeout(60), pytest.mark.filterwarnings("ignore")]
TYPES = {
    OPENAI.kind: ("openai.types.chat", "ChatCompletion", "ChatCompletionChunk"),
    RESPONSES.kind: ("openai.types.responses", "Response", "ResponseStreamEvent"),
    ANTHROPIC.kind: ("anthropic.types", "Message", "RawMessageStreamEvent"),
    GEMINI.kind: ("google.genai.types", "GenerateContentResponse", "GenerateContentResponse"),
    MISTRAL.kind: ("mistralai.client.models", "ChatCompletionResponse", "CompletionChunk"),
    GROQ.kind: ("groq.types.chat", "ChatCompletion", "ChatCompletionChunk"),
    OLLAMA.kind: ("ollama", "ChatResponse", "ChatResponse"),
}
every_type = pytest.mark.parametrize(
    "dialect", [OPENAI, RESPONSES, ANTHROPIC, GEMINI, MISTRAL, GROQ, OLLAMA], ids=str
)


@pytest.fixture(scope="module", name="line")
def open_line() -> Iterator[Line]:
    """Open one server for all tests here."""
    with line() as opened:
        yield opened


def rewriter(dialect: Dialect, *, is_piece: bool) -> Callable[[Any], Any]:
    """Return what reads a response, or a piece of one, into the vendor's type and writes it again."""
    module, whole, piece = TYPES[dialect.kind]
    pytest.importorskip(module.partition(".")[0])
    kind = TypeAdapter(getattr(import_module(module), piece if is_piece else whole))

    def rewritten(parsed: Any) -> Any:
        return orjson.loads(kind.dump_json(kind.validate_python(parsed), by_alias=True))

    return rewritten


def without_times(reply: Reply) -> Reply:
    return replace(reply, first_words=None, last_words=None)


@every_type
@pytest.mark.parametrize("ending", ["stop", "length"])
@pytest.mark.parametrize("thought", [None, "Hm."])
def test_a_response_of_the_vendors_type_is_read(
    line: Line, dialect: Dialect, ending: str, thought: str | None
) -> None:
    """As the one is that our tests are made of."""
    answer = dialect.answer("Hello, “world”.", thought, ending)
    got = line.outcome(dialect, rewriter(dialect, is_piece=False)(answer))
    assert got == line.reply(dialect, "Hello, “world”.", thought, ending)


@every_type
@pytest.mark.parametrize("ending", ["stop", "length"])
def test_a_stream_of_the_vendors_type_is_read(line: Line, dialect: Dialect, ending: str) -> None:
    """Event by event; a server may write null for all that an event has not."""
    speaks = dialect if dialect.kind in STREAMS else OPENAI
    pieces = STREAMS[speaks.kind](["Hel", "lo."], "Hm.", ending)
    rewritten = rewriter(dialect, is_piece=True)

    def again(piece: bytes) -> bytes:
        if dialect is OLLAMA:
            return orjson.dumps(rewritten(orjson.loads(piece))) + b"\n"
        _, _, json = piece.partition(b"data: ")
        is_no_event = b"[DONE]" in json or b'"ping"' in json
        return piece if is_no_event else data(rewritten(orjson.loads(json)))

    line.server.streams(pieces)
    ours = send(line, dialect)
    assert isinstance(ours, Reply), ours
    line.server.streams([again(piece) for piece in pieces])
    theirs = send(line, dialect)
    assert isinstance(theirs, Reply), theirs
    assert without_times(theirs) == without_times(ours)
    assert (theirs.text, theirs.finish_reason) == ("Hello.", ending)
