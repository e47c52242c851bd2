"""Check what the keys of a single model may hold."""

import re
from collections.abc import Callable
from datetime import date

import pytest

from asynceval.config import settings


def test_fields_of_the_body_come_to_one_text_in_whatever_order() -> None:
    """Equal tables are one text, so their order changes no key of a call."""
    one = settings.body({"b": {"y": [1, {"k": "v"}], "x": True}, "a": 1.5})
    assert one == settings.body({"a": 1.5, "b": {"x": True, "y": [1, {"k": "v"}]}})
    assert one == '{"a":1.5,"b":{"x":true,"y":[1,{"k":"v"}]}}'


def test_headers_are_sorted() -> None:
    """Their order in the file says nothing."""
    assert settings.headers({"X-B": "2", "X-A": "1"}) == (("X-A", "1"), ("X-B", "2"))


@pytest.mark.parametrize(("value", "texts"), [("END", ("END",)), (["a", "b"], ("a", "b"))])
def test_stop_is_a_text_or_several(value: object, texts: tuple[str, ...]) -> None:
    """One text needs no list."""
    assert settings.stop(value) == texts


@pytest.mark.parametrize("value", ["low", "xhigh", 0, 2048])
def test_effort_is_a_word_or_tokens(value: str | int) -> None:
    """Both are kept as they are."""
    assert settings.effort(value) == value


KEY = "sk-canary1234567890abcdef"
DEEP: dict[str, object] = {}
for _ in range(40):
    DEEP = {"a": DEEP, "b": 1}


@pytest.mark.parametrize(
    ("read", "value", "message"),
    [
        (settings.stop, [], "must be a text, or a list of texts"),
        (settings.stop, 5, "must be a text, or a list of texts"),
        (settings.stop, ["a", 5], "holds something that is no text"),
        (settings.stop, ["a", ""], "holds something that is no text, or an empty one"),
        (settings.effort, -1, "must be a word"),
        (settings.effort, True, "must be a word"),
        (settings.effort, "very much", "must be a word"),
        (settings.body, 5, "must be a table"),
        (settings.body, {"model": "m"}, "model is set by asynceval"),
        (settings.body, {"stream": True}, "stream is set by asynceval"),
        (settings.body, {"n": 2}, "n is set by asynceval"),
        (settings.body, {"stream_options": {}}, "stream_options is set by asynceval"),
        (settings.body, {"system": "x"}, "system is set by asynceval"),
        (settings.body, {"instructions": "x"}, "instructions is set by asynceval"),
        (settings.body, {"systemInstruction": {}}, "systemInstruction is set by asynceval"),
        (settings.body, {"max_completion_tokens": 9}, "has a key of its own: max_tokens"),
        (settings.body, {"options": {"num_predict": 9}}, "has a key of its own: max_tokens"),
        (settings.body, {"generationConfig": {"maxOutputTokens": 9}}, "has a key of its own"),
        (settings.body, {"a": [{"b": KEY}]}, "a.0.b holds a key"),
        (settings.body, {"a": float("inf")}, "a must be a finite number"),
        (settings.body, {"a": date(2026, 1, 1)}, "a must be a text, a number, true or false"),
        (settings.body, {"a": 2**70}, "a is too large a number"),
        (settings.body, DEEP, "is nested too deep"),
        (settings.template, 5, "must be a table"),
        (settings.template, {"q": "{promt}"}, "{promt} is not known; known: {model}, {messages}"),
        (settings.template, {"q": "{model}"}, "must hold {messages} or {prompt}"),
        (settings.template, {"q": "{prompt}", "k": KEY}, "k holds a key"),
        (settings.headers, 5, "must be a table"),
        (settings.headers, {"X-Api-Key": "a"}, "X-Api-Key may hold a key"),
        (settings.headers, {"Authorization": "a"}, "Authorization may hold a key"),
        (settings.headers, {"Content-Length": "1"}, "Content-Length is set by asynceval"),
        (settings.headers, {"Host": "h"}, "Host is set by asynceval"),
        (settings.headers, {"X A": "1"}, "holds a name that is no name of a header"),
        (settings.headers, {"X-A": "1\r\nX-B: 2"}, "X-A must be a text of printable ASCII"),
        (settings.headers, {"X-A": 1}, "X-A must be a text of printable ASCII"),
        (settings.headers, {"X-A": KEY}, "X-A holds a key"),
    ],
)
def test_what_cannot_be_sent_is_told(
    read: Callable[[object], object], value: object, message: str
) -> None:
    """Each mistake has its own sentence, and no key is repeated in it."""
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        read(value)
    assert KEY not in str(caught.value)
