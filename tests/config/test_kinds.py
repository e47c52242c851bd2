"""Check that a key of a model that means nothing at its endpoint's kind is told."""

from dataclasses import replace

import pytest

from asynceval.config.kinds import faults
from asynceval.domain.call import Settings
from asynceval.domain.sweep import Endpoint, Http, Judge, Sweep, Target


def told(
    kind: str, settings: Settings, *, max_tokens: int | None = 100, version: str | None = None
) -> dict[str, str]:
    """Return what is wrong with a model and a judge of these settings."""
    endpoint = Endpoint("e", "http://h", kind, api_version=version)
    target = Target("m", "e", "m", max_tokens, settings=settings)
    judge = Judge("j", "e", "j", max_tokens=max_tokens, settings=settings)
    found = faults(Sweep("s", (endpoint,), (target,), (judge,)))
    return {".".join(map(str, path)): message for path, message in found}


def test_a_setting_that_the_kind_lacks_has_no_use() -> None:
    """It would be dropped in silence, so it is a fault, of models and judges alike."""
    message = 'has no use: kind "anthropic" has no such setting'
    assert told("anthropic", Settings(seed=7)) == {
        "models.0.seed": message,
        "judges.0.seed": message,
    }
    assert told("openai", Settings(seed=7)) == {}


@pytest.mark.parametrize(
    ("kind", "effort", "message"),
    [
        ("openai", 50, 'must be a word, such as "low" at an endpoint of kind "openai"'),
        ("anthropic", 50, 'must be 1024 or more at an endpoint of kind "anthropic"'),
        ("gemini", 50, None),
        ("anthropic", "low", None),
        ("gemini", 100, "must be below max_tokens (100), which holds it too"),
    ],
)
def test_an_effort_fits_the_kind_and_the_limit(
    kind: str, effort: str | int, message: str | None
) -> None:
    """Tokens of thinking are part of max_tokens."""
    assert told(kind, Settings(effort=effort)).get("models.0.effort") == message
    assert told(kind, Settings(effort=effort), max_tokens=None).get("models.0.effort") == (
        None if effort == 100 else message
    )


def test_a_version_is_for_kinds_that_have_one() -> None:
    """A key that is for another kind is a slip."""
    assert told("azure", Settings(), version="2024-10-21") == {}
    message = 'has no use: endpoints of kind "openai" have none'
    assert told("openai", Settings(), version="1") == {"endpoints.e.api_version": message}


@pytest.mark.parametrize(
    ("kind", "is_told"), [("openai", False), ("azure", False), ("gemini", True)]
)
def test_probabilities_are_asked_for_where_they_are_told(kind: str, is_told: bool) -> None:
    """A judge that is to be weighed by them would be weighed by nothing elsewhere."""
    judge = Judge("j", "e", "j", logprobs=True)
    found = dict(faults(Sweep("s", (Endpoint("e", "http://h", kind),), (), (judge,))))
    assert (("judges", 0, "logprobs") in found) is is_told


@pytest.mark.parametrize(("kind", "streams"), [("openai", True), ("http", False)])
def test_a_kind_whose_replies_come_whole_does_not_stream(kind: str, streams: bool) -> None:
    """Neither for an endpoint nor for a model."""
    http = Http('{"p":"{prompt}"}', "text")
    endpoint = Endpoint("e", "http://h", kind, stream=True, http=http)
    target = Target("m", "e", "m", stream=True)
    found = dict(faults(Sweep("s", (endpoint,), (target,), ())))
    message = f'has no use: replies of kind "{kind}" come whole'
    keys = [("endpoints", "e", "stream"), ("models", 0, "stream")]
    assert found == ({} if streams else dict.fromkeys(keys, message))


@pytest.mark.parametrize(
    ("kind", "model", "settings", "is_sent"),
    [
        ("openai", "gpt-4o", Settings(), True),
        ("openai", "o3", Settings(), False),
        ("openai", "o3", Settings(reasoning=False), True),
        ("openai", "m", Settings(reasoning=True), False),
        ("groq", "m", Settings(reasoning=True), True),
        ("openai-responses", "gpt-5", Settings(effort="low"), False),
        ("anthropic", "claude-sonnet-4-5", Settings(effort=1024), False),
        ("anthropic", "claude-sonnet-4-5", Settings(), True),
        ("gemini", "gemini-2.5-pro", Settings(effort=50), True),
    ],
)
def test_a_temperature_that_is_never_sent_has_no_use(
    kind: str, model: str, settings: Settings, is_sent: bool
) -> None:
    """Three temperatures of a model that thinks would be the same request, paid three times."""
    endpoint = Endpoint("e", "http://h", kind)
    target = Target("m", "e", model, 2048, temperature=0.3, settings=settings)
    judge = Judge("j", "e", model, temperature=0.3, max_tokens=2048, settings=settings)
    found = dict(faults(Sweep("s", (endpoint,), (target,), (judge,))))
    keys = {("models", 0, "temperature"), ("judges", 0, "temperature")}
    assert set(found) == (set() if is_sent else keys)
    assert is_sent or "asked as a model that thinks" in found["models", 0, "temperature"]
    silent = Sweep("s", (endpoint,), (replace(target, temperature=None),), ())
    assert dict(faults(silent)) == {}


def test_what_a_template_has_no_place_for_has_no_use() -> None:
    """Of the temperature and the limit, too, where somebody set them."""
    http = Http('{"p":"{prompt}","t":"{temperature}"}', "text")
    endpoint = Endpoint("e", "http://h", "http", http=http)
    settings = Settings(top_p=0.3)
    target = Target("m", "e", "m", max_tokens=100, temperature=0.3, settings=settings)
    found = dict(faults(Sweep("s", (endpoint,), (target,), ())))
    assert found.pop(("models", 0, "top_p")).endswith("the template of the request has no {top_p}")
    message = "has no use: the template of the request has no {max_tokens}"
    assert found == {("models", 0, "max_tokens"): message}
    assert dict(faults(Sweep("s", (endpoint,), (Target("m", "e", "m"),), ()))) == {}
