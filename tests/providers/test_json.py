"""A reply as JSON is asked for in the words of each dialect that has some."""

from typing import Any

import orjson
import pytest

from asynceval.domain.call import Call, Message, Sampling
from asynceval.domain.sweep import Endpoint
from asynceval.providers.kinds import provider

OBJECT = {"type": "json_object"}


def body(kind: str, *, is_json: bool) -> dict[str, Any]:
    """Return the body of a request to an endpoint of that kind."""
    call = Call("m", "m", (Message("user", "Give JSON."),), Sampling(0.0, 9, is_json=is_json))
    sent: dict[str, Any] = orjson.loads(provider(Endpoint("e", "http://h", kind)).body(call))
    return sent


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("openai", "response_format", OBJECT),
        ("groq", "response_format", OBJECT),
        ("mistral", "response_format", OBJECT),
        ("openai-responses", "text", {"format": OBJECT}),
        ("ollama", "format", "json"),
    ],
)
def test_json_is_asked_for(kind: str, field: str, value: object) -> None:
    """The field is there when it is asked for, and all else is the same."""
    asked, plain = body(kind, is_json=True), body(kind, is_json=False)
    assert asked.pop(field) == value
    assert asked == plain


def test_gemini_has_it_in_its_config() -> None:
    """Gemini's type of the reply stands among the settings."""
    assert (
        body("gemini", is_json=True)["generationConfig"]["responseMimeType"] == "application/json"
    )
    assert "responseMimeType" not in body("gemini", is_json=False)["generationConfig"]


def test_anthropic_has_no_such_setting() -> None:
    """Where the dialect has none, the prompt alone asks for it."""
    assert body("anthropic", is_json=True) == body("anthropic", is_json=False)
