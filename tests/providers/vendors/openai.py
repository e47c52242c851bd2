"""OpenAI's chat completions, and those who serve the same with small differences."""

from dataclasses import replace
from typing import Any

from asynceval.domain.call import Settings
from asynceval.domain.failure import Cause
from tests.providers.dialect import (
    COMPLETION,
    HALT,
    MODEL,
    NEVER,
    PROMPT,
    RETRY,
    SLOW,
    THOUGHT,
    Dialect,
    Refusal,
)

FOUR = [
    {"role": "system", "content": "Be “brief”."},
    {"role": "user", "content": "One?"},
    {"role": "assistant", "content": "1."},
    {"role": "user", "content": "Two?"},
]
ONE = FOUR[1:2]
ENDINGS = {"filter": "content_filter"}


def usage() -> dict[str, Any]:
    """Return usage as chat completions have it."""
    return {
        "prompt_tokens": PROMPT,
        "completion_tokens": COMPLETION,
        "total_tokens": PROMPT + COMPLETION,
        "completion_tokens_details": {"reasoning_tokens": THOUGHT},
    }


def answer(text: str | None, thought: str | None, ending: str, field: str = "") -> dict[str, Any]:
    """Return a chat completion; `field` is where the server puts thinking."""
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
    if thought is not None:
        message[field or "reasoning_content"] = thought
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1730000000,
        "model": "m-1-2026",
        "choices": [{"index": 0, "message": message, "finish_reason": ENDINGS.get(ending, ending)}],
        "usage": usage(),
    }


def error(
    message: str, kind: str | None = None, code: str | None = None, param: str | None = None
) -> dict[str, Any]:
    """Return an error as OpenAI has it."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


REFUSALS = (
    Refusal(
        "auth",
        401,
        error("Incorrect API key provided: sk-***.", "invalid_request_error", "invalid_api_key"),
        Cause.AUTH,
        HALT,
        "Incorrect API key provided",
    ),
    Refusal(
        "quota",
        429,
        error(
            "You exceeded your current quota, please check your plan and billing details.",
            "insufficient_quota",
            "insufficient_quota",
        ),
        Cause.QUOTA,
        HALT,
        "check your plan",
    ),
    Refusal(
        "rate",
        429,
        error(
            "Rate limit reached for m-1 on requests per min (RPM): Limit 3, Used 3, Requested 1. "
            "Please try again in 20s.",
            "requests",
            "rate_limit_exceeded",
        ),
        Cause.RATE,
        SLOW,
        "Rate limit reached",
        {"retry-after-ms": "1500"},
        1.5,
    ),
    Refusal(
        "model",
        404,
        error(
            "The model `m-1` does not exist or you do not have access to it.",
            "invalid_request_error",
            "model_not_found",
        ),
        Cause.CONFIG,
        MODEL,
        "does not exist",
    ),
    Refusal(
        "parameter",
        400,
        error(
            "Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead.",
            "invalid_request_error",
            "unsupported_parameter",
            "max_tokens",
        ),
        Cause.CONFIG,
        MODEL,
        "change max_tokens in the config, or set reasoning = true",
    ),
    Refusal(
        "temperature",
        400,
        error(
            "Unsupported value: 'temperature' does not support 0 with this model. "
            "Only the default (1) value is supported.",
            "invalid_request_error",
            "unsupported_value",
            "temperature",
        ),
        Cause.CONFIG,
        MODEL,
        "change temperature in the config, or set reasoning = true",
    ),
    Refusal(
        "effort",
        400,
        error(
            "Unsupported value: 'reasoning_effort' does not support 'minimal' with this model.",
            "invalid_request_error",
            "unsupported_value",
            "reasoning_effort",
        ),
        Cause.CONFIG,
        MODEL,
        "change effort in the config",
    ),
    Refusal(
        "a field of body",
        400,
        error("Unknown parameter: 'top_k'.", "invalid_request_error", "unknown_parameter", "top_k"),
        Cause.CONFIG,
        MODEL,
        "top_k as it is sent: is it a field of body in the config?",
    ),
    Refusal(
        "context length",
        400,
        error(
            "This model's maximum context length is 8192 tokens. However, your messages resulted "
            "in 9000 tokens. Please reduce the length of the messages.",
            "invalid_request_error",
            "context_length_exceeded",
            "messages",
        ),
        Cause.CONTEXT_LENGTH,
        NEVER,
        "maximum context length",
    ),
    Refusal(
        "policy",
        400,
        error(
            "Invalid prompt: your prompt was flagged as potentially violating our usage policy.",
            "invalid_request_error",
            "invalid_prompt",
        ),
        Cause.FILTERED,
        NEVER,
        "usage policy",
    ),
    Refusal(
        "overload",
        503,
        error("The engine is currently overloaded, please try again later", "server_error"),
        Cause.SERVER,
        RETRY,
        "overloaded",
    ),
    Refusal(
        "too large for a minute",
        429,
        error(
            "Request too large for m-1 in organization org-x on tokens per min (TPM): Limit 30000, "
            "Requested 45000.",
            "tokens",
            "rate_limit_exceeded",
        ),
        Cause.CONTEXT_LENGTH,
        NEVER,
        "Request too large",
    ),
    Refusal(
        "stream",
        400,
        error(
            "Your organization must be verified to stream this model.",
            "invalid_request_error",
            "unsupported_value",
            "stream",
        ),
        Cause.CONFIG,
        MODEL,
        "change stream in the config",
    ),
    Refusal(
        "JSON",
        400,
        error(
            "Invalid parameter: 'response_format' of type 'json_object' is not supported with this model.",
            "invalid_request_error",
            None,
            "response_format",
        ),
        Cause.CONFIG,
        MODEL,
        "change verdict in the config",
    ),
    Refusal(
        "probabilities",
        403,
        error("You are not allowed to request logprobs from this model", "invalid_request_error"),
        Cause.CONFIG,
        MODEL,
        "change logprobs in the config",
    ),
    Refusal(
        "region",
        403,
        error(
            "Country, region, or territory not supported",
            "request_forbidden",
            "unsupported_country_region_territory",
        ),
        Cause.AUTH,
        HALT,
        "not supported",
    ),
)
OPENAI = Dialect(
    kind="openai",
    base="/v1",
    path="/v1/chat/completions",
    headers={"Authorization": "Bearer KEY"},
    least={"messages": ONE},
    settings=Settings(
        top_p=0.9,
        seed=7,
        stop=("END",),
        effort="low",
        body='{"top_k":40}',
        headers=(("X-Team", "evals"),),
    ),
    whole={
        "messages": FOUR,
        "temperature": 0.5,
        "max_tokens": 100,
        "top_p": 0.9,
        "seed": 7,
        "stop": ["END"],
        "reasoning_effort": "low",
        "top_k": 40,
    },
    answer=answer,
    refusals=REFUSALS,
    listing=("/v1/models", {"object": "list", "data": [{"id": "m-10"}, {"id": "other"}]}),
    refusal={
        **answer(None, None, "stop"),
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": None, "refusal": "I cannot help."},
                "finish_reason": "stop",
            }
        ],
    },
)


def like_openai(
    kind: str, base: str, refusals: tuple[Refusal, ...], *without: str, **whole: Any
) -> Dialect:
    """Return the dialect of a server that differs from OpenAI's in these fields of a request."""
    request = {name: value for name, value in OPENAI.whole.items() if name not in without}
    return replace(
        OPENAI,
        kind=kind,
        base=base,
        path=f"{base}/chat/completions",
        whole={**request, **whole},
        refusals=refusals,
        listing=(f"{base}/models", {"data": [{"id": "m-10"}]}),
        refusal=None,
    )
