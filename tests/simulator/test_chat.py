"""Check what is read from a request and written into a reply."""

import math
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynceval.simulator.chat import Chat, Completion, Refused, cut, read, write, write_error

HELLO = [{"role": "user", "content": "Hello"}]


def body(**fields: Any) -> bytes:
    """Return a request's body: a valid one, but for the fields given."""
    return orjson.dumps({"model": "m", "messages": HELLO} | fields)


def test_read() -> None:
    """Model, messages and limits are read, and what the simulator does not know is ignored."""
    assert read(body(max_tokens=5, n=2, temperature=0.7, stream=False)) == Chat(
        "m", (("user", "Hello"),), 5, 2
    )


def test_read_how_to_reply() -> None:
    """Whether JSON is wanted, and the reply in pieces, and its tokens after them."""
    plain = read(body(response_format={"type": "text"}, stream_options=None))
    assert not (plain.is_json or plain.is_streamed or plain.tells_usage)
    wanted = {"response_format": {"type": "json_object"}, "stream": True}
    asked = read(body(**wanted, stream_options={"include_usage": True}))
    assert asked.is_json and asked.is_streamed and asked.tells_usage


def test_read_parts() -> None:
    """A content in parts is their text, and no content is an empty text."""
    parts = [{"type": "text", "text": "a"}, {"type": "image_url"}, {"type": "text", "text": "b"}]
    messages = [{"role": "user", "content": parts}, {"role": "assistant", "content": None}]
    assert read(body(messages=messages)).messages == (("user", "ab"), ("assistant", ""))


def test_newer_name_of_max_tokens() -> None:
    """The limit is also read under its newer name."""
    assert read(body(max_completion_tokens=7)).max_tokens == 7


@pytest.mark.parametrize(
    ("raw", "param"),
    [
        (b"{", None),
        (b"", None),
        (b"\xff", None),
        (b"[]", None),
        (body(response_format="json"), "response_format"),
        (body(stream_options=[]), "stream_options"),
        (body(top_logprobs=21), "top_logprobs"),
        (body(model=None), "model"),
        (body(model=""), "model"),
        (body(messages=[]), "messages"),
        (body(messages="Hello"), "messages"),
        (body(messages=["Hello"]), "messages[0].role"),
        (body(messages=[*HELLO, {"content": "x"}]), "messages[1].role"),
        (body(messages=[{"role": "user", "content": 5}]), "messages[0].content"),
        (body(max_tokens=0), "max_tokens"),
        (body(max_tokens=True), "max_tokens"),
        (body(max_tokens="5"), "max_tokens"),
        (body(n=0), "n"),
        (body(n=1.5), "n"),
        (body(n=129), "n"),
    ],
)
def test_refused(raw: bytes, param: str | None) -> None:
    """A body that the API does not take is refused, and the parameter at fault is named."""
    with pytest.raises(Refused) as caught:
        read(raw)
    assert caught.value.param == param
    assert caught.value.message


@given(st.lists(st.text(), min_size=1), st.one_of(st.none(), st.integers(1, 50)))
def test_usage(texts: list[str], max_tokens: int | None) -> None:
    """Four characters are a token, rounded up for the messages and for each choice."""
    chat = Chat("m", (("user", "12345"), ("assistant", "1234")), max_tokens, len(texts))
    completion = cut(chat, tuple(texts))
    reply = orjson.loads(write(chat, completion, reply_id="x", created=0))
    said = [choice["message"]["content"] for choice in reply["choices"]]
    tokens = sum(math.ceil(len(text) / 4) for text in said)
    assert reply["usage"] == {
        "prompt_tokens": 3,
        "completion_tokens": tokens,
        "total_tokens": 3 + tokens,
    }
    for text, choice in zip(texts, reply["choices"], strict=True):
        is_whole = choice["finish_reason"] == "stop"
        assert text.startswith(choice["message"]["content"])
        assert is_whole == (choice["message"]["content"] == text)
        assert max_tokens is None or len(choice["message"]["content"]) <= 4 * max_tokens


def test_reply() -> None:
    """A reply echoes the model, and numbers its choices."""
    chat = Chat("org/model:v1", (("user", "Hello"),), None, 2)
    completion = Completion(("a", "b"), (False, False))
    reply = orjson.loads(write(chat, completion, reply_id="7", created=12))
    assert (reply["model"], reply["id"], reply["created"]) == ("org/model:v1", "chatcmpl-7", 12)
    assert reply["object"] == "chat.completion"
    assert [choice["index"] for choice in reply["choices"]] == [0, 1]
    assert {choice["message"]["role"] for choice in reply["choices"]} == {"assistant"}


def test_error() -> None:
    """An error has OpenAI's four fields."""
    assert orjson.loads(write_error("No.", "server_error", code="x")) == {
        "error": {"message": "No.", "type": "server_error", "param": None, "code": "x"}
    }
