"""The contract of every kind of endpoint, over HTTP, with servers that speak as their vendors document."""

from collections.abc import Iterator
from dataclasses import replace

import orjson
import pytest

from asynceval import __version__
from asynceval.domain.call import Call, Message, Settings
from asynceval.domain.failure import Cause
from asynceval.domain.reply import Reply, Usage
from asynceval.providers.kinds import KINDS, provider
from asynceval.providers.signal import Action, Signal
from tests.providers.dialect import COMPLETION, KEY, PROMPT, THOUGHT, Dialect, Line, Refusal, line
from tests.providers.vendors.anthropic import ANTHROPIC
from tests.providers.vendors.azure import NEWEST
from tests.providers.vendors.command import PROGRAM
from tests.providers.vendors.every import BY_HTTP, EVERY
from tests.providers.vendors.gemini import GEMINI
from tests.providers.vendors.hosts import DEEPSEEK, MISTRAL
from tests.providers.vendors.ollama import OLLAMA
from tests.providers.vendors.openai import OPENAI
from tests.providers.vendors.responses import RESPONSES

pytestmark = pytest.mark.timeout(60)

every_dialect = pytest.mark.parametrize("dialect", EVERY, ids=str)
every_http = pytest.mark.parametrize("dialect", BY_HTTP, ids=str)
every_refusal = pytest.mark.parametrize(
    ("dialect", "refusal"),
    [
        pytest.param(dialect, refusal, id=f"{dialect}: {refusal.name}")
        for dialect in EVERY
        for refusal in dialect.refusals
    ],
)


@pytest.fixture(scope="module", name="line")
def open_line() -> Iterator[Line]:
    """Open one server for all tests here; each says what it answers."""
    with line() as opened:
        yield opened


def test_every_kind_is_under_contract() -> None:
    """A kind that is added is added here too."""
    assert {dialect.kind for dialect in EVERY} == set(KINDS)


@every_dialect
@pytest.mark.parametrize("is_whole", [False, True], ids=["least", "whole"])
def test_a_request_arrives_as_documented(line: Line, dialect: Dialect, is_whole: bool) -> None:
    """Method, path, headers and every field are the vendor's; what is not set is not sent."""
    call = dialect.call(is_whole=is_whole)
    method, path, headers, body = line.arrived(dialect, call)
    assert (method, path) == ("POST", dialect.path)
    assert body == dialect.body(is_whole=is_whole)
    if dialect is PROGRAM:
        return
    own = dict(call.sampling.settings.headers)
    fixed = {"Content-Type": "application/json", "User-Agent": f"asynceval/{__version__}"}
    expected = {name: value.replace("KEY", KEY) for name, value in dialect.headers.items()}
    for name, value in {**expected, **own, **fixed}.items():
        assert headers[name] == value
    assert headers["Idempotency-Key"] == call.key().hex()


@every_http
def test_the_key_is_in_its_header_alone(line: Line, dialect: Dialect) -> None:
    """It is neither in the URL nor in the body, and without one no header claims to hold it."""
    _, path, headers, body = line.arrived(dialect, dialect.call(is_whole=True))
    holding = [name for name, value in headers.items() if KEY in value]
    assert [name.lower() for name in holding] == [
        name.lower() for name, value in dialect.headers.items() if "KEY" in value
    ]
    assert KEY not in path + str(body)
    _, _, without, _ = line.arrived(dialect, dialect.call(is_whole=True), None)
    assert not [name for name in holding if name in without]


@every_http
def test_the_key_may_go_into_another_header(dialect: Dialect) -> None:
    """A proxy before the server may want it elsewhere; in Authorization it is a bearer token."""
    endpoint = dialect.endpoint("http://h")
    own = provider(replace(endpoint, key_header="X-Proxy-Key")).headers(KEY)
    assert own["X-Proxy-Key"] == KEY
    assert [value for value in own.values() if KEY in value] == [KEY]
    bearer = provider(replace(endpoint, key_header="Authorization")).headers(KEY)
    assert [value for value in bearer.values() if KEY in value] == [f"Bearer {KEY}"]


@every_dialect
def test_all_settings_change_the_request_or_are_known_to_be_lacking(
    line: Line, dialect: Dialect
) -> None:
    """Nothing that a user may set is dropped in silence."""
    lacks = provider(dialect.endpoint("http://h")).lacks
    plain = line.arrived(dialect, dialect.call(is_whole=False))
    least = dialect.call(is_whole=False)
    for settings in (
        Settings(top_p=0.9),
        Settings(seed=7),
        Settings(stop=("END",)),
        Settings(effort="low"),
        Settings(body='{"x":1}'),
        Settings(headers=(("X-A", "1"),)),
    ):
        ((name, _),) = settings.given()
        got = line.arrived(
            dialect, replace(least, sampling=replace(least.sampling, settings=settings))
        )
        changed = got[3] != plain[3] or "X-A" in got[2]
        assert changed or name in lacks, name


@every_dialect
def test_a_whole_answer(line: Line, dialect: Dialect) -> None:
    """Text, ending, tokens and the served model's name are taken over."""
    got = line.reply(dialect, "Hello, “world”.", None, "stop")
    assert (got.text, got.reasoning, got.finish_reason) == ("Hello, “world”.", None, "stop")
    assert got.model == "m-1-2026"
    thought = THOUGHT if dialect.counts_thinking else None
    assert got.usage == Usage(PROMPT, COMPLETION, thought)
    assert not got.is_truncated
    assert got.flags == ()


@every_dialect
def test_thinking_is_kept_apart(line: Line, dialect: Dialect) -> None:
    """What the model thought is never part of what it said."""
    got = line.reply(dialect, "Hello.", "Hm, a greeting.", "stop")
    assert (got.text, got.reasoning) == ("Hello.", "Hm, a greeting.")


@every_dialect
def test_a_cut_answer_is_an_answer_and_known_to_be_cut(line: Line, dialect: Dialect) -> None:
    """However the vendor calls the limit."""
    got = line.reply(dialect, "Hello, wor", None, "length")
    assert (got.text, got.finish_reason, got.is_truncated) == ("Hello, wor", "length", True)


@every_dialect
def test_all_tokens_spent_thinking(line: Line, dialect: Dialect) -> None:
    """It is an outcome of its own, with advice."""
    got = line.signal(dialect, dialect.answer(None, "Hm, let me", "length"))
    assert (got.failure.cause, got.action) == (Cause.THINKING, Action.GIVE_UP)
    assert "raise max_tokens, or lower effort" in got.failure.message
    assert got.maybe_paid


@pytest.mark.parametrize("dialect", [d for d in EVERY if d.has_filter], ids=str)
def test_a_filtered_answer(line: Line, dialect: Dialect) -> None:
    """A filter's ending is known under one name, with a text and without."""
    assert line.reply(dialect, "Hello", None, "filter").finish_reason == "content_filter"
    got = line.signal(dialect, dialect.answer(None, None, "filter"))
    assert (got.failure.cause, got.action) == (Cause.FILTERED, Action.GIVE_UP)


@pytest.mark.parametrize("dialect", [d for d in EVERY if d.refusal], ids=str)
def test_a_refusal_without_text(line: Line, dialect: Dialect) -> None:
    """The model's own refusal is no answer, and its words are shown."""
    got = line.signal(dialect, dialect.refusal)
    assert (got.failure.cause, got.action) == (Cause.REFUSED, Action.GIVE_UP)
    assert got.failure.message == "I cannot help."


@every_dialect
def test_an_empty_answer_is_asked_for_again_and_then_believed(line: Line, dialect: Dialect) -> None:
    """A model may say nothing; it is what it said if asking again does not help."""
    got = line.signal(dialect, dialect.answer("", None, "stop"))
    assert (got.failure.cause, got.action) == (Cause.NO_CONTENT, Action.RETRY_ONCE)
    assert got.empty is not None
    assert got.empty.flags == ("empty",)


@every_refusal
def test_a_documented_error_is_classified_and_shown(
    line: Line, dialect: Dialect, refusal: Refusal
) -> None:
    """What to do follows from the body, and its words reach the user."""
    got = line.outcome(dialect, refusal.body, refusal.status, refusal.headers)
    assert isinstance(got, Signal), got
    assert (got.failure.cause, got.action) == (refusal.cause, refusal.action), got.failure.message
    assert refusal.says in got.failure.message
    assert got.retry_after == refusal.wait
    assert not got.maybe_paid
    about_model = refusal.name.startswith(("model", "a model", "an old model"))
    assert got.is_unknown_model is about_model


@every_http
def test_a_wrong_path_is_told_with_the_right_one(line: Line, dialect: Dialect) -> None:
    """Each kind has its own; one with a path too much is told so."""
    for content, status in (({"error": "Not Found"}, 404), (b"<html>", 200)):
        got = line.signal(dialect, content, status)
        assert (got.failure.cause, got.action) == (Cause.CONFIG, Action.HALT_ENDPOINT)
        homes = {"gemini": "/v1beta", "openrouter": "/api/v1", "groq": "/openai/v1"}
        bare = ("azure", "ollama", "http", "command")
        ends = f"base_url ends in {homes.get(dialect.kind, '/v1')})"
        told = "base_url has no path)" if dialect.kind in bare else ends
        assert told in got.failure.message


UNKNOWN = {"unheard": {"of": "\x1b[31m" + "x" * 600}}


@every_http
@pytest.mark.parametrize("content", [UNKNOWN, [UNKNOWN], b"\x00" + b"y" * 600], ids=type)
def test_an_unknown_error_shows_its_first_500_characters(
    line: Line, dialect: Dialect, content: object
) -> None:
    """Whatever it is, a user sees it, and not more than that."""
    got = line.signal(dialect, content, 418)
    assert (got.failure.cause, got.action) == (Cause.REQUEST, Action.GIVE_UP)
    told = got.failure.message.removeprefix("HTTP 418: ")
    assert 480 <= len(told) <= 500
    assert told.endswith(("x" * 400, "y" * 400))


@every_dialect
def test_an_error_does_not_repeat_the_key(line: Line, dialect: Dialect) -> None:
    """A server may echo it."""
    got = line.signal(dialect, {"error": {"message": f"no such key: {KEY}", "code": 401}}, 401)
    assert got.failure.message.startswith("HTTP 401: no such key: ***")
    assert KEY not in got.failure.message


@every_dialect
@pytest.mark.parametrize(
    "content",
    [{}, [], None, 7, "text", {"choices": []}, {"content": 7}, {"candidates": [7]}, {"output": 7}],
    ids=repr,
)
def test_a_success_that_is_no_reply_is_asked_for_again(
    line: Line, dialect: Dialect, content: object
) -> None:
    """Valid JSON of another shape is never taken for an answer, and shown."""
    got = line.signal(dialect, content)
    assert (got.failure.cause, got.action) == (Cause.MALFORMED, Action.RETRY_ONCE)
    assert got.failure.message.endswith(orjson.dumps(content).decode())
    assert got.maybe_paid


@every_dialect
def test_a_cut_body_is_never_a_reply(line: Line, dialect: Dialect) -> None:
    """Wherever it is cut."""
    whole = orjson.dumps(dialect.answer("Hello, world.", "Hm.", "stop"))

    for end in range(0, len(whole), 31 if dialect is PROGRAM else 7):
        got = line.signal(dialect, whole[:end])
        assert (got.failure.cause, got.action) == (Cause.MALFORMED, Action.RETRY_ONCE)


@every_http
def test_the_models_that_a_server_lists_are_offered(line: Line, dialect: Dialect) -> None:
    """They are asked for where the vendor lists them, with the same key."""
    near = line.near(dialect)
    requests = [request[:2] for request in line.server.requests]
    if dialect.listing is None:
        assert (near, requests) == ((), [])
    else:
        assert near[0].endswith("m-10")
        assert requests == [("GET", dialect.listing[0])]


@pytest.mark.parametrize(
    ("dialect", "theirs", "ours"),
    [
        (ANTHROPIC, "model_context_window_exceeded", "length"),
        (ANTHROPIC, "stop_sequence", "stop"),
        (ANTHROPIC, "pause_turn", "pause_turn"),
        (GEMINI, "LANGUAGE", "content_filter"),
        (GEMINI, "RECITATION", "content_filter"),
        (GEMINI, "BLOCKLIST", "content_filter"),
        (GEMINI, "PROHIBITED_CONTENT", "content_filter"),
        (GEMINI, "SPII", "content_filter"),
        (GEMINI, "MODEL_ARMOR", "content_filter"),
        (GEMINI, "OTHER", "OTHER"),
        (OLLAMA, "load", "load"),
    ],
    ids=str,
)
def test_an_ending_has_one_name(line: Line, dialect: Dialect, theirs: str, ours: str) -> None:
    """Words of the vendor that mean what another's mean; all others stay as they are."""
    written = orjson.dumps(dialect.answer("Hello.", None, "length"))
    for name in (b'"max_tokens"', b'"MAX_TOKENS"', b'"length"'):
        written = written.replace(name, orjson.dumps(theirs))
    got = line.outcome(dialect, written)
    assert isinstance(got, Reply)
    assert got.finish_reason == ours


@pytest.mark.parametrize("dialect", [ANTHROPIC, GEMINI], ids=str)
def test_nothing_at_all_is_an_empty_answer(line: Line, dialect: Dialect) -> None:
    """So these vendors' models say nothing: without a block or a part."""
    got = line.signal(dialect, dialect.answer(None, None, "stop"))
    assert got.empty is not None


@pytest.mark.parametrize("thought", [None, "Hm."])
def test_an_empty_answer_after_hidden_thinking_is_one(line: Line, thought: str | None) -> None:
    """What Anthropic hides of the thinking is no other kind of answer."""
    assert line.signal(ANTHROPIC, ANTHROPIC.answer("", thought, "stop")).empty is not None


@pytest.mark.parametrize(
    "hidden",
    [
        {"type": "thinking", "thinking": "", "signature": "c2ln"},
        {"type": "redacted_thinking", "data": "c2VjcmV0"},
    ],
    ids=["unshown", "redacted"],
)
def test_hidden_thinking_may_take_all_tokens(line: Line, hidden: dict[str, str]) -> None:
    """Its block tells that there was some, though neither its words nor its tokens are told."""
    content = {**ANTHROPIC.answer(None, None, "length"), "content": [hidden], "usage": {}}
    got = line.signal(ANTHROPIC, content)
    assert (got.failure.cause, got.action) == (Cause.THINKING, Action.GIVE_UP)


@pytest.mark.parametrize("text", ["<think>Hm.</think>", "<think>Hm.</think>\n \n", "<think>Hm."])
def test_thinking_in_tags_without_a_word_after_it_is_an_empty_answer(line: Line, text: str) -> None:
    """As it is where the server puts the thinking into a field of its own."""
    got = line.signal(OPENAI, OPENAI.answer(text, None, "stop"))
    assert (got.failure.cause, got.action) == (Cause.NO_CONTENT, Action.RETRY_ONCE)
    assert got.empty is not None
    assert (got.empty.text, got.empty.flags) == (text, ("empty",))


@pytest.mark.parametrize(("total", "completion"), [(238, 206), (33, 1), (None, 1)])
def test_tokens_of_thinking_that_are_left_out_are_added(
    line: Line, total: int | None, completion: int
) -> None:
    """XAI counts them beside those of the completion, and in the total."""
    usage = {
        "prompt_tokens": 32,
        "completion_tokens": 1,
        "total_tokens": total,
        "completion_tokens_details": {"reasoning_tokens": 205},
    }
    got = line.outcome(OPENAI, {**OPENAI.answer("4", None, "stop"), "usage": usage})
    assert isinstance(got, Reply)
    assert got.usage == Usage(32, completion, 205)


@pytest.mark.parametrize(
    ("dialect", "content"),
    [
        (
            RESPONSES,
            {
                **RESPONSES.answer("", None, "stop"),
                "output": [{"type": "function_call", "name": "f", "arguments": "{}"}],
            },
        ),
        (
            ANTHROPIC,
            {
                **ANTHROPIC.answer("", None, "stop"),
                "content": [{"type": "text", "text": ""}, {"type": "tool_use", "name": "f"}],
            },
        ),
    ],
    ids=str,
)
def test_a_call_of_a_tool_is_no_empty_answer(
    line: Line, dialect: Dialect, content: dict[str, object]
) -> None:
    """The model wanted to do something, not to say nothing."""
    got = line.signal(dialect, content)
    assert (got.failure.cause, got.empty) == (Cause.NO_CONTENT, None)


def test_azure_without_a_version_has_the_deployment_in_the_body(line: Line) -> None:
    """So the version-free API has it; its path may be in base_url already."""
    _, path, _, body = line.arrived(NEWEST, NEWEST.call(is_whole=True))
    assert path == "/openai/v1/chat/completions"
    assert body == NEWEST.body(is_whole=True)


def test_a_prompt_that_gemini_blocks_has_no_candidate(line: Line) -> None:
    """It is filtered, not malformed."""
    blocked = {
        "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
        "usageMetadata": {"promptTokenCount": 5},
    }
    assert line.signal(GEMINI, blocked).failure.cause is Cause.FILTERED


@pytest.mark.parametrize(
    ("wire", "path"),
    [
        ("models/m", "/v1beta/models/m:generateContent"),
        ("tunedModels/m", "/v1beta/tunedModels/m:generateContent"),
        ("a b?c", "/v1beta/models/a%20b%3Fc:generateContent"),
    ],
)
def test_a_gemini_model_may_be_of_another_collection(line: Line, wire: str, path: str) -> None:
    """And its name is one that a URL can hold."""
    assert line.arrived(GEMINI, Call("m", wire, (Message("user", "Hi"),)))[1] == path


@pytest.mark.parametrize("dialect", [OPENAI, DEEPSEEK, MISTRAL], ids=str)
def test_an_answer_that_the_server_broke_off_is_asked_for_again(
    line: Line, dialect: Dialect
) -> None:
    """It has a text, but not all of it."""
    ending = "insufficient_system_resource" if dialect is DEEPSEEK else "error"
    got = line.signal(dialect, OPENAI.answer("Hello, wor", None, ending))
    assert (got.failure.cause, got.action) == (Cause.MALFORMED, Action.RETRY_ONCE)


def test_an_ollama_answer_in_pieces_is_none(line: Line) -> None:
    """A piece of a stream looks like an answer but for one field."""
    content = OLLAMA.answer("Hello, wor", None, "stop") | {"done": False}
    assert "not done" in line.signal(OLLAMA, content).failure.message
