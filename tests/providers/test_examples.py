"""The example of each provider, sent to a server here: the request is the one that its vendor documents."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
import orjson
import pytest

from asynceval.config.keys import read_keys
from asynceval.config.request import load
from asynceval.domain.reply import Reply
from asynceval.engine.probe import Probe, probe
from tests.providers.dialect import KEY, Vendor, vendor
from tests.providers.vendors.every import BY_HTTP

PROVIDERS = Path(__file__).parents[2] / "configs/providers"
BEARER = ("Authorization", f"Bearer {KEY}")
CHAT = "/v1/chat/completions"
DIALECTS = {dialect.kind: dialect for dialect in BY_HTTP}
OWN_ANSWER = {"outputs": [{"text": "ready", "finish_reason": "eos"}], "usage": {"input": 9}}
"""What the server of the example of kind `http` answers."""


@dataclass(frozen=True, slots=True)
class Documented:
    """What must arrive: the key's header, and of each model path and fields, but for the messages."""

    header: tuple[str, str]
    requests: tuple[tuple[str, Mapping[str, Any]], ...]
    listing: str | None = None


def chat(path: str, *bodies: Mapping[str, Any], listing: str | None = None) -> Documented:
    """Return what must arrive at a server of chat completions."""
    return Documented(
        BEARER,
        tuple((path, body) for body in bodies),
        listing or path.replace("/chat/completions", "/models"),
    )


def plain(model: str, limit: str = "max_tokens", **more: object) -> dict[str, object]:
    """Return the fields for a model under test that is asked without settings."""
    return {"model": model, "temperature": 0.7, limit: 1024, **more}


def judge(model: str, limit: str = "max_tokens") -> dict[str, object]:
    """Return the fields for a judge that is asked without settings."""
    return {"model": model, "temperature": 0.0, limit: 2048}


def azure(deployment: str, **body: object) -> tuple[str, Mapping[str, Any]]:
    """Return the request for a deployment."""
    path = f"/openai/deployments/{deployment}/chat/completions?api-version=2024-10-21"
    return path, {"model": deployment, **body}


def gemini(model: str, **generation: object) -> tuple[str, Mapping[str, Any]]:
    """Return the request for a model of Google's."""
    return f"/v1beta/models/{model}:generateContent", {"generationConfig": generation}


EXAMPLES: Mapping[str, Documented] = {
    "anthropic": Documented(
        ("x-api-key", KEY),
        tuple(
            ("/v1/messages", body)
            for body in (
                plain("claude-haiku-4-5"),
                {
                    "model": "claude-haiku-4-5",
                    "max_tokens": 16 + 4096,
                    "thinking": {"type": "enabled", "budget_tokens": 4096},
                },
                {
                    "model": "claude-opus-4-8",
                    "max_tokens": 16,
                    "thinking": {"type": "adaptive"},
                    "output_config": {"effort": "medium"},
                },
                judge("claude-sonnet-4-6"),
            )
        ),
        "/v1/models?limit=1000",
    ),
    "azure": Documented(
        ("api-key", KEY),
        (
            azure("my-gpt-4-1-mini", temperature=0.7, max_tokens=1024),
            azure("my-deployment", max_completion_tokens=16),
            azure("my-gpt-4-1", temperature=0.0, max_tokens=2048),
        ),
    ),
    "deepseek": chat(
        CHAT,
        plain("deepseek-chat"),
        {"model": "deepseek-reasoner", "temperature": 0.7, "max_tokens": 16384},
        judge("deepseek-chat"),
    ),
    "gemini": Documented(
        ("x-goog-api-key", KEY),
        (
            gemini(
                "gemini-2.5-flash",
                temperature=0.7,
                maxOutputTokens=16,
                thinkingConfig={"thinkingBudget": 0},
            ),
            gemini(
                "gemini-3.5-flash",
                temperature=0.7,
                maxOutputTokens=16,
                thinkingConfig={"thinkingLevel": "low"},
            ),
            gemini("gemini-2.5-pro", temperature=0.0, maxOutputTokens=2048),
        ),
        "/v1beta/models?pageSize=1000",
    ),
    "groq": chat(
        "/openai/v1/chat/completions",
        plain("llama-3.1-8b-instant", "max_completion_tokens"),
        {
            "model": "qwen/qwen3-32b",
            "max_completion_tokens": 16,
            "temperature": 0.7,
            "reasoning_format": "parsed",
        },
        judge("openai/gpt-oss-120b", "max_completion_tokens"),
    ),
    "http": Documented(
        ("X-Api-Key", KEY),
        (
            (
                "/api/generate/my-model",
                {"parameters": {"temperature": 0.7, "max_new_tokens": 1024, "seed": 7}},
            ),
            (
                "/api/generate/my-judge",
                {"parameters": {"temperature": 0.0, "max_new_tokens": 2048}},
            ),
        ),
    ),
    "mistral": chat(
        CHAT, plain("mistral-small-latest", random_seed=7), judge("mistral-large-latest")
    ),
    "ollama": Documented(
        ("Authorization", ""),
        (
            (
                "/api/chat",
                {
                    "model": "qwen3:8b",
                    "stream": False,
                    "think": True,
                    "options": {"temperature": 0.7, "num_predict": 16, "num_ctx": 16384},
                },
            ),
            (
                "/api/chat",
                {
                    "model": "llama3.3:70b",
                    "stream": False,
                    "options": {"temperature": 0.0, "num_predict": 2048},
                },
            ),
        ),
        "/api/tags",
    ),
    "openai": chat(
        CHAT,
        plain("gpt-4.1-mini"),
        {"model": "gpt-5.4-mini", "max_completion_tokens": 16, "reasoning_effort": "low"},
        judge("gpt-4.1"),
    ),
    "openai-responses": chat(
        "/v1/responses",
        {
            "model": "gpt-5.4",
            "store": False,
            "max_output_tokens": 16,
            "reasoning": {"effort": "medium", "summary": "auto"},
        },
        {**judge("gpt-4.1", "max_output_tokens"), "store": False},
        listing="/v1/models",
    ),
    "openrouter": chat(
        "/api/v1/chat/completions",
        plain(
            "meta-llama/llama-3.3-70b-instruct",
            provider={"order": ["DeepInfra"], "allow_fallbacks": False},
        ),
        {
            "model": "qwen/qwen3-235b-a22b-thinking-2507",
            "temperature": 0.7,
            "max_tokens": 16 + 4096,
            "reasoning": {"max_tokens": 4096},
        },
        judge("openai/gpt-4.1"),
    ),
    "together": chat(
        CHAT,
        plain("meta-llama/Llama-3.3-70B-Instruct-Turbo"),
        judge("Qwen/Qwen2.5-72B-Instruct-Turbo"),
    ),
}


def checked(name: str) -> tuple[tuple[Probe, ...], Vendor]:
    """Return what `check` finds of an example, and the server in its vendor's place."""

    async def main() -> tuple[tuple[Probe, ...], Vendor]:
        async with vendor() as server:
            sweep = load(PROVIDERS / f"{name}.toml").sweep
            (endpoint,) = sweep.endpoints
            answer = DIALECTS[endpoint.kind].answer("ready", None, "stop")
            server.answers(OWN_ANSWER if name == "http" else answer)
            here = replace(endpoint, base_url=server.url + urlsplit(endpoint.base_url).path)
            keys = read_keys((endpoint,), {endpoint.api_key_env or "": KEY})
            moved = replace(sweep, endpoints=(here,))
            return await probe(moved, keys, Path("/nonexistent"), lambda _: None), server

    return anyio.run(main)


def test_every_example_is_sent_somewhere() -> None:
    """A program is asked without a request; all others are here."""
    assert {path.stem for path in PROVIDERS.glob("*.toml")} == {*EXAMPLES, "command"}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_makes_the_requests_that_its_vendor_documents(name: str) -> None:
    """Path, key and every field, of each model and judge; what the server answers is understood."""
    documented = EXAMPLES[name]
    probes, server = checked(name)
    assert all(isinstance(found.outcome, Reply) for found in probes)
    assert len(probes) == len(documented.requests)
    header, key = documented.header
    assert {headers.get(header, "") for _, _, headers, _ in server.requests} == {key}
    posted = [
        (path, orjson.loads(body)) for method, path, _, body in server.requests if method == "POST"
    ]
    for _, body in posted:
        words = [
            body.pop(key) for key in ("messages", "input", "inputs", "contents") if key in body
        ]
        assert "Answer with the one word: ready" in str(words)
    for request in documented.requests:
        assert request in posted
    assert len(posted) == len(documented.requests)
    listed = [path for method, path, _, _ in server.requests if method == "GET"]
    assert listed == ([] if documented.listing is None else [documented.listing])
