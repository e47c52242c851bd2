"""Check how a template becomes a request, and how a place leads into a response."""

from typing import Any

import orjson
import pytest

from asynceval.domain.call import Call, Message
from asynceval.domain.sweep import Endpoint, Http
from asynceval.providers.http import Templated
from asynceval.providers.template import filled, found

VALUES: dict[str, Any] = {"model": "m", "prompt": "Say {model}!", "seed": None, "stop": ["a"]}


@pytest.mark.parametrize(
    ("template", "request_"),
    [
        ("{model}", "m"),
        ("{stop}", ["a"]),
        ("To {model}: {prompt}", "To m: Say {model}!"),
        ("seed {seed}", "seed "),
        ("{other} {model", "{other} {model"),
        ({"a": "{seed}", "b": 1}, {"b": 1}),
        ({"a": {"b": "{seed}"}, "c": {}}, {"c": {}}),
        (["{seed}", "{model}", False], ["m", False]),
        (1.5, 1.5),
    ],
)
def test_a_template_is_filled(template: object, request_: object) -> None:
    """Values keep their types, what has none is left out, and values are never templates."""
    assert filled(template, VALUES) == request_


def test_a_place_leads_to_what_is_there() -> None:
    """Numbers lead into lists, and are keys of tables as well."""
    assert found({"a": [{"b": 7}]}, "a.0.b") == 7
    assert found({"a": {"0": 7}}, "a.0") == 7


@pytest.mark.parametrize("place", ["b", "a.1", "a.b", "a.0.b.c"])
def test_a_place_where_nothing_is(place: str) -> None:
    """It is told by an error that the reading of responses knows."""
    with pytest.raises((LookupError, TypeError)):
        found({"a": [{"b": 7}]}, place)


TALK = (Message("user", "One?"), Message("assistant", "1."), Message("user", "Two?"))


@pytest.mark.parametrize(
    ("messages", "prompt"),
    [
        (TALK[:1], "One?"),
        (TALK, "user: One?\n\nassistant: 1.\n\nuser: Two?\n\nassistant:"),
    ],
)
def test_a_prompt_holds_the_whole_conversation(messages: tuple[Message, ...], prompt: str) -> None:
    """A server without a chat must see turn 1 in turn 2 all the same."""
    endpoint = Endpoint("e", "http://h", "http", http=Http('{"q":"{prompt}"}', "text"))
    body = Templated(endpoint).body(Call("m", "m", messages))
    assert orjson.loads(body) == {"q": prompt}


def test_a_system_prompt_stands_where_the_template_wants_it() -> None:
    """With a place of its own it is not among the messages."""
    template = '{"s":"{system}","m":"{messages}"}'
    endpoint = Endpoint("e", "http://h", "http", http=Http(template, "text"))
    body = Templated(endpoint).body(Call("m", "m", (Message("system", "Be brief."), *TALK[:1])))
    assert orjson.loads(body) == {"s": "Be brief.", "m": [{"role": "user", "content": "One?"}]}
