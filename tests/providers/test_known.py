"""Check what is known of models that think, and what it does to a request."""

from typing import Any

import orjson
import pytest

from asynceval.domain.call import Call, Message, Sampling, Settings
from asynceval.domain.sweep import Endpoint
from asynceval.providers.kinds import provider
from asynceval.providers.known import known

HI = (Message("user", "Hi"),)


def call(model: str, **settings: Any) -> Call:
    return Call("m", model, HI, Sampling(0.5, 100, Settings(**settings)))


def body(kind: str, model: str, **settings: Any) -> dict[str, Any]:
    asked = provider(Endpoint("e", "http://h", kind))
    parsed: dict[str, Any] = orjson.loads(asked.body(call(model, **settings)))
    return parsed


@pytest.mark.parametrize(
    "model",
    [
        "o1",
        "o3-mini-2025-01-31",
        "openai/o4-mini",
        "gpt-5",
        "gpt-5.4-nano",
        "GPT-6-Luna",
        "claude-opus-4-7",
        "claude-sonnet-5",
        "anthropic/claude-haiku-5-5",
        "claude-mythos-preview",
    ],
)
def test_models_that_take_no_temperature(model: str) -> None:
    """Their vendors say so; dates, sizes and folders before a name change nothing."""
    assert not known(call(model)).is_sampled


@pytest.mark.parametrize(
    "model",
    [
        "gpt-4o",
        "gpt-5-chat-latest",
        "gpt-5.2-chat-latest",
        "gpt-oss-120b",
        "o-model",
        "omni-1",
        "claude-opus-4-1",
        "claude-sonnet-4-5-20250929",
        "claude-haiku-4-5",
        "qwen3-8b",
        "m",
        "",
    ],
)
def test_models_that_take_a_temperature(model: str) -> None:
    """A name that only looks like another is a model of its own."""
    assert known(call(model)).is_sampled


def test_the_config_knows_better() -> None:
    """The name of a deployment says nothing, and a name may mislead."""
    assert not known(call("my-deployment", reasoning=True)).is_sampled
    assert known(call("o3", reasoning=False)).is_sampled
    assert known(call("claude-opus-5", reasoning=True)).is_adaptive


@pytest.mark.parametrize(
    ("kind", "limit"),
    [
        ("openai", "max_completion_tokens"),
        ("azure", "max_completion_tokens"),
        ("openai-responses", "max_output_tokens"),
        ("openrouter", "max_tokens"),
    ],
)
def test_a_model_that_thinks_is_asked_in_its_own_terms(kind: str, limit: str) -> None:
    """The limit has the name that it knows, and no temperature is sent."""
    asked = body(kind, "o3")
    assert asked[limit] == 100
    assert not {"temperature", "max_tokens"} - {limit} & asked.keys()
    assert body(kind, "gpt-4o")["temperature"] == 0.5


@pytest.mark.parametrize(
    ("model", "effort", "fields"),
    [
        ("claude-opus-4-5", "low", {"temperature": 0.5, "output_config": {"effort": "low"}}),
        ("claude-opus-4-5", 60, {"thinking": {"type": "enabled", "budget_tokens": 60}}),
        ("claude-opus-4-5", "none", {"temperature": 0.5, "thinking": {"type": "disabled"}}),
        (
            "claude-sonnet-4-6",
            "max",
            {"thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}},
        ),
        ("claude-opus-5", "none", {"thinking": {"type": "disabled"}}),
        ("claude-opus-5", None, {}),
        ("claude-opus-4-5", None, {"temperature": 0.5}),
    ],
)
def test_the_thinking_of_claude(
    model: str, effort: str | int | None, fields: dict[str, Any]
) -> None:
    """A budget of tokens or a word, and never a temperature beside thinking."""
    asked = body("anthropic", model, effort=effort)
    for name in ("model", "messages", "max_tokens"):
        del asked[name]
    assert asked == fields


@pytest.mark.parametrize(
    ("kind", "effort", "fields"),
    [
        ("gemini", "low", {"thinkingLevel": "low"}),
        ("gemini", 0, {"thinkingBudget": 0}),
    ],
)
def test_the_thinking_of_gemini(kind: str, effort: str | int, fields: dict[str, Any]) -> None:
    """A level or a budget of tokens, of which 0 is one."""
    assert body(kind, "m", effort=effort)["generationConfig"]["thinkingConfig"] == fields


@pytest.mark.parametrize(
    ("kind", "settings", "fields"),
    [
        ("ollama", {"reasoning": True}, {"think": True}),
        ("ollama", {"reasoning": False}, {"think": False}),
        ("ollama", {"effort": "none"}, {"think": False}),
        ("ollama", {"effort": "high", "reasoning": True}, {"think": "high"}),
        ("deepseek", {"effort": "none"}, {"thinking": {"type": "disabled"}}),
        (
            "deepseek",
            {"effort": "max"},
            {"thinking": {"type": "enabled"}, "reasoning_effort": "max"},
        ),
        ("together", {"effort": "none"}, {"reasoning": {"enabled": False}}),
        ("openrouter", {"effort": 2048}, {"reasoning": {"max_tokens": 2048}}),
        (
            "groq",
            {"reasoning": True},
            {"reasoning_format": "parsed", "temperature": 0.5, "max_completion_tokens": 100},
        ),
    ],
)
def test_the_thinking_of_others(
    kind: str, settings: dict[str, Any], fields: dict[str, Any]
) -> None:
    """Each kind has its own field for it."""
    asked = body(kind, "m", **settings)
    assert {name: asked.get(name) for name in fields} == fields
