"""Check OpenAI's wire format, and every answer that is not in it."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from asynceval import __version__
from asynceval.domain.call import Call, Message, Sampling
from asynceval.domain.failure import Cause, Failure
from asynceval.domain.reply import Reply, Usage
from asynceval.domain.sweep import Endpoint
from asynceval.providers.openai import OpenAI
from asynceval.providers.reading import decode
from asynceval.providers.signal import Action, Signal

END = "chat/completions"
OPENAI = OpenAI(Endpoint("house", "http://h"))
CALL = Call("m", "m", (Message("user", "Hi"),))
HALT = Action.HALT_ENDPOINT
AGAIN = Action.RETRY_ONCE
NO_HEADERS: dict[str, str] = {}


@pytest.mark.parametrize(
    ("base", "full"),
    [
        ("http://h", f"http://h/v1/{END}"),
        ("http://h/", f"http://h/v1/{END}"),
        ("http://h:8000/v1", f"http://h:8000/v1/{END}"),
        ("http://h/v1/", f"http://h/v1/{END}"),
        ("https://h/api/v3", f"https://h/api/v3/{END}"),
        (f"http://h/v1/{END}", f"http://h/v1/{END}"),
        (f"http://h/v1/{END}/", f"http://h/v1/{END}"),
        ("http://h?api-version=1", f"http://h/v1/{END}?api-version=1"),
        ("https://h/openai/d/x?api-version=1&y=2", f"https://h/openai/d/x/{END}?api-version=1&y=2"),
        (f"https://h/d/{END}?api-version=1", f"https://h/d/{END}?api-version=1"),
        ("http://[::1]:80/v1#part", f"http://[::1]:80/v1/{END}"),
    ],
)
def test_url(base: str, full: str) -> None:
    """A bare host gets /v1, a path is taken as it is, and a query is kept."""
    assert OpenAI(Endpoint("house", base)).url(CALL) == full


def test_headers() -> None:
    """The key is a bearer token; without a key none is sent."""
    plain = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "User-Agent": f"asynceval/{__version__}",
    }
    assert OPENAI.headers(None) == plain
    assert OPENAI.headers("k") == {**plain, "Authorization": "Bearer k"}


def test_body() -> None:
    """The body holds the wire name, the messages in order and the settings, and nothing else."""
    messages = (Message("system", "Be “brief”."), Message("user", "Hi\n"))
    call = Call("shown", "wire", messages, Sampling(0.0, 16), choice=3)
    assert (
        OPENAI.body(call)
        == (
            '{"model":"wire","messages":[{"role":"system","content":"Be “brief”."},'
            '{"role":"user","content":"Hi\\n"}],"temperature":0.0,"max_tokens":16}'
        ).encode()
    )


def test_body_without_settings() -> None:
    """What is None is left to the server."""
    call = Call("shown", "wire", (Message("user", "Hi"),))
    assert OPENAI.body(call) == b'{"model":"wire","messages":[{"role":"user","content":"Hi"}]}'


def whole(**changes: Any) -> dict[str, Any]:
    """Return a chat completion; `changes` go into its first choice's message."""
    return {
        "id": "x",
        "model": "served",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Hello.", **changes},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
    }


def decoded(content: object, status: int = 200, **named: str) -> Reply | Signal:
    raw = content if isinstance(content, bytes) else orjson.dumps(content)
    return decode(
        OPENAI, status, CIMultiDict({k.replace("_", "-"): v for k, v in named.items()}), raw
    )


def reply(content: object) -> Reply:
    outcome = decoded(content)
    assert isinstance(outcome, Reply), outcome
    return outcome


def signal(content: object, status: int = 200, **named: str) -> Signal:
    outcome = decoded(content, status, **named)
    assert isinstance(outcome, Signal), outcome
    return outcome


def test_a_whole_reply() -> None:
    """Text, finish reason, usage, and what the server says of its model are taken over."""
    assert reply(whole()) == Reply("Hello.", None, "stop", Usage(3, 2), "served")
    told = {**whole(), "system_fingerprint": "fp_1"}
    assert reply(told).fingerprint == "fp_1"
    assert reply({**told, "system_fingerprint": 7}).fingerprint is None


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_reasoning(field: str) -> None:
    """Thinking that the server sends apart is kept apart."""
    assert reply(whole(**{field: "Hm."})).reasoning == "Hm."
    assert reply(whole(**{field: {"odd": 1}})).reasoning is None


def test_text_in_parts() -> None:
    """Text that comes in parts is joined; other parts are left out."""
    parts = [{"type": "text", "text": "Hel"}, {"type": "image"}, "odd", {"text": None}]
    assert reply(whole(content=[*parts, {"type": "text", "text": "lo."}])).text == "Hello."


@pytest.mark.parametrize("finish_reason", ["length", "content_filter", "stop", None])
def test_a_text_is_a_reply(finish_reason: str | None) -> None:
    """A text is a reply, and keeps why it ended, which tells whether it was cut."""
    content = whole(refusal="")
    content["choices"][0]["finish_reason"] = finish_reason
    got = reply(content)
    assert (got.text, got.finish_reason) == ("Hello.", finish_reason)
    assert got.is_truncated is (finish_reason in ("length", "content_filter"))


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (None, Usage()),
        ("many", Usage()),
        ([], Usage()),
        ({}, Usage()),
        ({"prompt_tokens": "3", "completion_tokens": None}, Usage()),
        ({"prompt_tokens": -1, "completion_tokens": 2}, Usage(None, 2)),
        ({"prompt_tokens": 1.5, "completion_tokens": 0}, Usage(None, 0)),
        ({"prompt_tokens": True, "completion_tokens": False}, Usage()),
    ],
)
def test_usage(usage: object, expected: Usage) -> None:
    """Tokens that the server did not count, or counted oddly, are unknown and never 0."""
    assert reply({**whole(), "usage": usage}).usage == expected


def test_usage_is_missing() -> None:
    """A body with nothing but the text is a reply."""
    got = reply({"choices": [{"message": {"content": "Hello."}}]})
    assert got == Reply("Hello.")


@pytest.mark.parametrize(
    ("raw", "text", "flags"),
    [
        (b"a\\ud83db", "a\N{REPLACEMENT CHARACTER}b", ("surrogate",)),
        (b"a\\ude00", "a\N{REPLACEMENT CHARACTER}", ("surrogate",)),
        (b"\\ud83d\\ude00\\ud83d", "\N{GRINNING FACE}\N{REPLACEMENT CHARACTER}", ("surrogate",)),
        (b"\\ud83d\\ude00", "\N{GRINNING FACE}", ()),
        (b"a\\u0000b\\u2028\\u0085", "a\0b\u2028\x85", ()),
        (b"x" * (1 << 20), "x" * (1 << 20), ()),
    ],
    ids=["high", "low", "after a whole one", "whole", "control characters", "1 MB"],
)
def test_odd_text(raw: bytes, text: str, flags: tuple[str, ...]) -> None:
    """Odd text is kept as it is; half a character becomes U+FFFD, and the reply is flagged."""
    got = reply(b'{"choices":[{"message":{"content":"' + raw + b'"}}]}')
    assert (got.text, got.flags) == (text, flags)
    assert orjson.loads(orjson.dumps(got.text)) == text


@pytest.mark.parametrize("number", [b"NaN", b"-Infinity", b"9" * 40])
def test_odd_numbers_elsewhere(number: bytes) -> None:
    """A number that is not JSON, or too large, spoils neither the text nor its flags."""
    content = (
        b'{"choices":[{"message":{"content":"Hi"},"logprob":%b}],"usage":{"prompt_tokens":%b}}'
    )
    assert reply(content % (number, number)) == Reply("Hi")


def test_byte_order_mark() -> None:
    """A mark at the start of the body is no part of it."""
    assert reply(b"\xef\xbb\xbf" + orjson.dumps(whole())).flags == ()


def ended(finish_reason: str, **changes: Any) -> dict[str, Any]:
    content = whole(**changes)
    content["choices"][0]["finish_reason"] = finish_reason
    return content


def chosen(*indices: object) -> dict[str, Any]:
    """Return a completion with one choice for each index; each says its place in the list."""
    choices = [
        {"index": index, "message": {"content": f"choice {at}"}, "finish_reason": "stop"}
        for at, index in enumerate(indices)
    ]
    return {"choices": choices}


UNUSABLE = {
    "no choices": ({**whole(), "choices": []}, Cause.MALFORMED, AGAIN),
    "null choices": ({**whole(), "choices": None}, Cause.MALFORMED, AGAIN),
    "choices missing": ({"id": "x"}, Cause.MALFORMED, AGAIN),
    "choices an object": ({"choices": {"0": 1}}, Cause.MALFORMED, AGAIN),
    "choices a text": ({"choices": "x"}, Cause.MALFORMED, AGAIN),
    "message missing": ({"choices": [{"text": "old"}]}, Cause.MALFORMED, AGAIN),
    "message null": ({"choices": [{"message": None}]}, Cause.MALFORMED, AGAIN),
    "content missing": ({"choices": [{"message": {}}]}, Cause.MALFORMED, AGAIN),
    "content null": (whole(content=None, tool_calls=[{}]), Cause.NO_CONTENT, AGAIN),
    "content empty": (whole(content=""), Cause.NO_CONTENT, AGAIN),
    "content blank": (whole(content=" \n\t"), Cause.NO_CONTENT, AGAIN),
    "content a number": (whole(content=7), Cause.NO_CONTENT, AGAIN),
    "no text part": (whole(content=[{"type": "image"}]), Cause.NO_CONTENT, AGAIN),
    "filtered": (ended("content_filter", content=None), Cause.FILTERED, Action.GIVE_UP),
    "refused": (whole(content=None, refusal="I will not."), Cause.REFUSED, Action.GIVE_UP),
    "all thought": (ended("length", content=""), Cause.NO_CONTENT, Action.GIVE_UP),
    "not an object": ([], Cause.MALFORMED, AGAIN),
    "a number": (7, Cause.MALFORMED, AGAIN),
    "same index twice": (chosen(0, 0), Cause.MALFORMED, AGAIN),
    "broken off": (ended("error"), Cause.MALFORMED, AGAIN),
    "empty body": (b"", Cause.MALFORMED, AGAIN),
    "cut": (orjson.dumps(whole())[:60], Cause.MALFORMED, AGAIN),
    "two bodies": (orjson.dumps(whole()) * 2, Cause.MALFORMED, AGAIN),
    "not UTF-8": (b'{"choices": "\xff"}', Cause.MALFORMED, AGAIN),
    "too deep": (b"[" * 100_000, Cause.MALFORMED, AGAIN),
    "event stream": (b'data: {"choices": []}\n\ndata: [DONE]\n\n', Cause.MALFORMED, AGAIN),
    "page": (b"\n <!DOCTYPE html><html>Log in", Cause.CONFIG, HALT),
}


@pytest.mark.parametrize(("content", "cause", "action"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_an_unusable_success(content: object, cause: Cause, action: Action) -> None:
    """A 200 without a usable text is a failure with a cause, never a text that nobody wrote."""
    got = signal(content)
    assert (got.failure.cause, got.action) == (cause, action)
    assert got.failure.message
    assert len(got.failure.message) < 700
    # A page is no model's work; all else of this was.
    assert got.maybe_paid is (action is not HALT)


@pytest.mark.parametrize(
    ("indices", "text"),
    [
        ([1, 0], "choice 1"),
        ([2, 3, 1], "choice 2"),
        ([None, None], "choice 0"),
        (["0", True], "choice 0"),
        ([7], "choice 0"),
    ],
)
def test_choices_are_taken_by_their_index(indices: list[object], text: str) -> None:
    """One choice is asked for, so the first by index is the answer, in whatever order they come."""
    assert reply(chosen(*indices)).text == text


EMPTY = {
    "nothing": (whole(content=""), ""),
    "blanks": (whole(content=" \n"), " \n"),
    "an empty part": (whole(content=[{"type": "text", "text": ""}]), ""),
    "null": (whole(content=None), None),
    "no part": (whole(content=[]), None),
    "a tool call": (whole(content="", tool_calls=[{}]), None),
    "no reason": (ended("", content=""), None),
    "cut": (ended("length", content=""), None),
    "filtered": (ended("content_filter", content=""), None),
    "no choices": ({"choices": []}, None),
}


@pytest.mark.parametrize(("content", "text"), EMPTY.values(), ids=EMPTY.keys())
def test_an_empty_answer_goes_along(content: object, text: str | None) -> None:
    """A model that ended without a word may mean it: the flagged reply is part of the signal."""
    got = signal(content)
    if text is None:
        assert got.empty is None
        return
    assert got.action is AGAIN
    assert got.empty == Reply(text, None, "stop", Usage(3, 2), "served", flags=("empty",))


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b'data: {"choices": []}\n\n', {}),
        (b'event: error\ndata: {"error": 1}\n\n', {}),
        (b": ping\n\n", {"Content_Type": "text/event-stream; charset=utf-8"}),
    ],
)
def test_an_unasked_stream_is_named(content: bytes, headers: dict[str, str]) -> None:
    """A server that streams all the same is told apart from one that sends rubbish."""
    got = signal(content, 200, **headers)
    assert (got.failure.cause, got.action) == (Cause.MALFORMED, AGAIN)
    assert "the server streams although it was not asked to" in got.failure.message


def test_a_completion_is_one_whatever_its_type() -> None:
    """What is called a stream, or has another success's status, and is a completion, is a reply."""
    assert isinstance(decoded(whole(), Content_Type="text/event-stream"), Reply)
    assert isinstance(decoded(whole(), 201), Reply)


def test_an_unasked_encoding_is_named() -> None:
    """A body in an encoding that was not asked for is told apart from a cut one."""
    got = signal(b"\x1b\x00", Content_Encoding="BR")
    assert (got.failure.cause, got.action) == (Cause.MALFORMED, AGAIN)
    assert "encoded as br, which was not asked for" in got.failure.message


def test_several_answers_and_streams_are_never_asked_for() -> None:
    """A server may ignore `n`, and a cut stream may look whole: neither is part of any request."""
    call = Call("shown", "wire", (Message("user", "Hi"),), Sampling(0.5, 16), choice=7)
    assert orjson.loads(OPENAI.body(call)).keys() == {
        "model",
        "messages",
        "temperature",
        "max_tokens",
    }


def test_an_unusable_body_is_quoted() -> None:
    """The failure quotes the body's first 500 characters."""
    message = signal(b'{"id": "' + b"x" * 5000).failure.message
    assert message.startswith('the body is not whole JSON: {"id": "xxx')
    assert len(message) < 600


def test_all_thought_says_what_to_do() -> None:
    """When thinking used up all tokens, the message says which setting to raise."""
    assert "raise max_tokens" in signal(ended("length", content="")).failure.message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"error": {"message": "too odd", "type": "t", "code": None}}, "HTTP 400: too odd"),
        ({"error": "too odd"}, "HTTP 400: too odd"),
        ({"detail": "too odd"}, "HTTP 400: too odd"),
        ({"detail": [{"loc": ["body"], "msg": "too odd"}]}, '"msg":"too odd"'),
        ({"detail": [{"loc": ["body", "messages", 0], "msg": "too odd"}]}, "messages: too odd"),
        ({"object": "error", "message": "too odd", "code": 400}, "HTTP 400: too odd"),
        (b"too odd\n", "HTTP 400: too odd"),
        ({"error": {"code": "too odd"}}, '"code":"too odd"'),
        ({"error": {}}, '{"error":{}}'),
        (["too odd"], '["too odd"]'),
        (b"", "HTTP 400"),
        (b'{"error":' + b"[" * 400 + b"]" * 400 + b"}", "nested too deep"),
        (b'{"error":{"code":' + b"[" * 990 + b"]" * 990 + b"}}", "nested too deep"),
        (b'{"error":["\\ud83d"]}', "\N{REPLACEMENT CHARACTER}"),
    ],
    ids=str,
)
def test_error_bodies(content: object, words: str) -> None:
    """Whatever its shape, an error's own words are shown."""
    got = signal(content, 400)
    assert got.failure.cause is Cause.REQUEST
    assert got.failure.status == 400
    assert words in got.failure.message


@pytest.mark.parametrize(
    ("content", "status", "cause", "action"),
    [
        ({"error": {"message": "x", "code": "insufficient_quota"}}, 429, Cause.QUOTA, HALT),
        ({"error": {"message": "x", "type": "insufficient_quota"}}, 429, Cause.QUOTA, HALT),
        (
            {"object": "error", "message": "x", "code": 40301},
            400,
            Cause.CONFIG,
            Action.HALT_MODEL,
        ),
        (b"The model `m` does not exist.", 404, Cause.CONFIG, Action.HALT_MODEL),
        (b"<html>Bad gateway", 502, Cause.SERVER, Action.RETRY),
        (whole(), 500, Cause.SERVER, Action.RETRY),
        ({"error": {"message": "x", "code": 502}}, 200, Cause.SERVER, Action.RETRY),
        ({"error": {"message": "x", "code": 429}}, 200, Cause.RATE, Action.SLOW_DOWN),
        ({"error": {"message": "x", "code": 7}}, 200, Cause.REQUEST, Action.GIVE_UP),
        ({"error": "x"}, 200, Cause.REQUEST, Action.GIVE_UP),
        ({"object": "error", "message": "x", "code": 503}, 200, Cause.SERVER, Action.RETRY),
        (
            [{"error": {"message": "x", "status": "RESOURCE_EXHAUSTED"}}],
            503,
            Cause.RATE,
            Action.SLOW_DOWN,
        ),
        (
            {"error": {"message": "x", "type": "overloaded_error"}},
            529,
            Cause.RATE,
            Action.SLOW_DOWN,
        ),
    ],
    ids=str,
)
def test_errors_are_classified(content: object, status: int, cause: Cause, action: Action) -> None:
    """Code and type in the body decide before the status, also of an error inside a 200."""
    got = signal(content, status)
    assert (got.failure.cause, got.action) == (cause, action)


def test_a_wait_goes_along() -> None:
    """The wait that the server asks for is part of the signal."""
    got = signal({"error": "slow down"}, 429, retry_after="7")
    assert got == Signal(Failure(Cause.RATE, "HTTP 429: slow down", 429), Action.SLOW_DOWN, 7.0)


@pytest.mark.parametrize(
    ("location", "named"),
    [
        ("https://new.test/v1/x?k=1", "new.test/v1/x"),
        ("https://name:word@new.test", "new.test"),
        ("/v2", "/v2"),
        ("http://[new", "elsewhere"),
        ("", "elsewhere"),
    ],
)
def test_a_redirect_is_named(location: str, named: str) -> None:
    """A redirect halts the endpoint and names the host, so that the user can set it."""
    got = signal(b"<html>Moved", 307, Location=location)
    assert (got.failure.cause, got.action) == (Cause.CONFIG, HALT)
    assert f"redirected to {named}; nothing was sent there" in got.failure.message


def test_a_wrong_path_says_so() -> None:
    """A path that nothing answers on points to the base URL."""
    got = signal({"detail": "Not Found"}, 404)
    assert got.action is HALT
    assert "base_url ends in /v1" in got.failure.message


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.just("x")
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=6
)


def objects(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return objects with some of these fields, or anything at all."""
    return st.fixed_dictionaries({}, optional=fields) | JSON


MESSAGES = objects(content=JSON, refusal=JSON, reasoning=JSON, tool_calls=JSON)
COMPLETIONS = objects(
    choices=st.lists(objects(message=MESSAGES, finish_reason=JSON, index=JSON)),
    usage=objects(prompt_tokens=JSON, completion_tokens=JSON),
    error=objects(message=JSON, code=JSON, type=JSON, param=JSON),
    detail=st.lists(objects(loc=st.lists(st.just("body") | JSON), msg=JSON)) | JSON,
    model=JSON,
)
STATUSES = st.just(200) | st.integers(100, 999)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "retry-after",
            "retry-after-ms",
            "x-ratelimit-reset-requests",
            "x-should-retry",
            "location",
            "content-type",
            "content-encoding",
        ]
    ),
    st.text() | st.sampled_from(["true", "http://[", "text/event-stream", "1e400", "br"]),
)


@given(st.binary() | COMPLETIONS.map(lambda v: json.dumps(v).encode()), STATUSES, HEADERS)
@settings(max_examples=500, deadline=None)
def test_any_body_is_a_reply_or_a_signal(
    content: bytes, status: int, named: dict[str, str]
) -> None:
    """Whatever a server sends, nothing is raised, and what comes of it can be stored."""
    outcome = decode(OPENAI, status, CIMultiDict(named), content)
    if isinstance(outcome, Reply):
        assert 200 <= status < 300
        assert outcome.text.strip()
    else:
        assert outcome.failure.message
        assert outcome.empty is None or not outcome.empty.text.strip()
    orjson.dumps(outcome)


def thinking(content: str | None, **usage: Any) -> dict[str, Any]:
    """Return a chat completion that was cut, after so many tokens of thinking."""
    cut = whole(content=content)
    cut["choices"][0]["finish_reason"] = "length"
    cut["usage"] |= usage
    return cut


@pytest.mark.parametrize(
    "content",
    [
        thinking("", completion_tokens_details={"reasoning_tokens": 64}),
        thinking("<think>\nLet me see"),
        thinking("<think>Done.</think>\n"),
        {**thinking(None), "usage": None}
        | {
            "choices": [
                {
                    "message": {"content": None, "reasoning_content": "Hm"},
                    "finish_reason": "length",
                }
            ]
        },
    ],
)
def test_all_tokens_spent_thinking_is_an_outcome_of_its_own(content: dict[str, Any]) -> None:
    """A model that was cut while it thought has given no answer, and the message says what helps."""
    got = signal(content)
    assert (got.failure.cause, got.action) == (Cause.THINKING, Action.GIVE_UP)
    assert got.maybe_paid
    assert "raise max_tokens, or lower effort" in got.failure.message


def test_thinking_is_counted() -> None:
    """The tokens of thinking are kept beside those of the whole completion."""
    content = whole()
    content["usage"]["completion_tokens_details"] = {"reasoning_tokens": 1}
    assert reply(content).usage == Usage(3, 2, 1)
    content["usage"]["completion_tokens_details"] = {"reasoning_tokens": -1}
    assert reply(content).usage == Usage(3, 2)


def test_a_cut_answer_after_thinking_is_an_answer() -> None:
    """What was said before the cut is judged, as ever."""
    assert reply(thinking("<think>Hm</think>Well, I")).is_truncated
