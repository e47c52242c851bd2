"""Anthropic's Messages."""

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
from tests.providers.vendors.openai import FOUR, ONE

REASONS = {"stop": "end_turn", "length": "max_tokens"}


def answer(text: str | None, thought: str | None, ending: str) -> dict[str, Any]:
    """Return a message; some of its prompt came from a cache."""
    content: list[dict[str, Any]] = []
    if thought is not None:
        content.append({"type": "thinking", "thinking": thought, "signature": "c2ln"})
        content.append({"type": "redacted_thinking", "data": "c2VjcmV0"})
    if text is not None:
        content.append({"type": "text", "text": text, "citations": None})
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m-1-2026",
        "content": content,
        "stop_reason": REASONS.get(ending, ending),
        "stop_sequence": None,
        "usage": {
            "input_tokens": PROMPT - 3,
            "cache_creation_input_tokens": 1,
            "cache_read_input_tokens": 2,
            "output_tokens": COMPLETION,
            "output_tokens_details": {"thinking_tokens": THOUGHT},
        },
    }


def error(kind: str, message: str) -> dict[str, Any]:
    """Return an error as Anthropic has it."""
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}


BAD = "invalid_request_error"
ANTHROPIC = Dialect(
    kind="anthropic",
    base="",
    path="/v1/messages",
    headers={"x-api-key": "KEY", "anthropic-version": "2023-06-01"},
    least={"messages": ONE, "max_tokens": 4096},
    settings=Settings(
        top_p=0.9,
        stop=("END",),
        effort="low",
        body='{"top_k":40}',
        headers=(("anthropic-beta", "context-1m"),),
    ),
    whole={
        "system": "Be “brief”.",
        "messages": FOUR[1:],
        "max_tokens": 100,
        "temperature": 0.5,
        "top_p": 0.9,
        "stop_sequences": ["END"],
        "output_config": {"effort": "low"},
        "top_k": 40,
    },
    answer=answer,
    refusals=(
        Refusal(
            "auth",
            401,
            error("authentication_error", "invalid x-api-key"),
            Cause.AUTH,
            HALT,
            "invalid x-api-key",
        ),
        Refusal(
            "permission",
            403,
            error("permission_error", "Your API key does not have permission."),
            Cause.AUTH,
            HALT,
            "permission",
        ),
        Refusal(
            "quota",
            400,
            error(BAD, "Your credit balance is too low to access the Anthropic API."),
            Cause.QUOTA,
            HALT,
            "credit balance",
        ),
        Refusal(
            "spend limit",
            400,
            error(
                BAD,
                "You have reached your specified API usage limits. You will regain access on "
                "2026-12-01 at 00:00 UTC.",
            ),
            Cause.QUOTA,
            HALT,
            "regain access",
        ),
        Refusal(
            "billing",
            402,
            error("billing_error", "There is an issue with your billing."),
            Cause.QUOTA,
            HALT,
            "billing",
        ),
        Refusal(
            "rate",
            429,
            error(
                "rate_limit_error",
                "This request would exceed your organization's rate limit of 50 requests a minute.",
            ),
            Cause.RATE,
            SLOW,
            "rate limit",
            {"retry-after": "12"},
            12.0,
        ),
        Refusal(
            "model",
            404,
            error("not_found_error", "model: m-1"),
            Cause.CONFIG,
            MODEL,
            "model: m-1",
        ),
        Refusal(
            "temperature",
            400,
            error(BAD, "`temperature` is deprecated for this model."),
            Cause.CONFIG,
            MODEL,
            "change temperature in the config, or set reasoning = true",
        ),
        Refusal(
            "two settings",
            400,
            error(
                BAD,
                "`temperature` and `top_p` cannot both be specified for this model. "
                "Please use only one.",
            ),
            Cause.CONFIG,
            MODEL,
            "change temperature in the config",
        ),
        Refusal(
            "parameter",
            400,
            error(
                BAD,
                "max_tokens: 100000 > 64000, which is the maximum allowed number of output tokens "
                "for m-1",
            ),
            Cause.CONFIG,
            MODEL,
            "change max_tokens in the config",
        ),
        Refusal(
            "effort",
            400,
            error(
                BAD,
                '"thinking.type.enabled" is not supported for this model. Use '
                '"thinking.type.adaptive" and "output_config.effort" to control thinking behavior.',
            ),
            Cause.CONFIG,
            MODEL,
            "change effort in the config",
        ),
        *(
            Refusal(
                f"effort, {name}", 400, error(BAD, message), Cause.CONFIG, MODEL, "change effort in"
            )
            for name, message in {
                "too few tokens": "thinking.enabled.budget_tokens: Input should be greater than or "
                "equal to 1024",
                "fixed": "adaptive thinking is not supported on this model",
                "in words": "This model does not support the effort parameter.",
            }.items()
        ),
        Refusal(
            "a field of body",
            400,
            error(BAD, "top_q: Extra inputs are not permitted"),
            Cause.CONFIG,
            MODEL,
            "top_q as it is sent: is it a field of body in the config?",
        ),
        Refusal(
            "context length",
            400,
            error(BAD, "prompt is too long: 210000 tokens > 200000 maximum"),
            Cause.CONTEXT_LENGTH,
            NEVER,
            "prompt is too long",
        ),
        Refusal(
            "context length with the answer",
            400,
            error(
                BAD,
                "input length and `max_tokens` exceed context limit: 199000 + 4096 > 200000, "
                "decrease input length or `max_tokens` and try again",
            ),
            Cause.CONTEXT_LENGTH,
            NEVER,
            "exceed context limit",
        ),
        Refusal(
            "too large",
            413,
            error("request_too_large", "Request exceeds the maximum size"),
            Cause.CONTEXT_LENGTH,
            NEVER,
            "maximum size",
        ),
        Refusal(
            "policy",
            400,
            error(BAD, "Output blocked by content filtering policy"),
            Cause.FILTERED,
            NEVER,
            "content filtering policy",
        ),
        Refusal(
            "overload",
            529,
            error("overloaded_error", "Overloaded"),
            Cause.RATE,
            SLOW,
            "Overloaded",
        ),
        Refusal(
            "server",
            500,
            error("api_error", "Internal server error"),
            Cause.SERVER,
            RETRY,
            "Internal server error",
        ),
    ),
    listing=(
        "/v1/models?limit=1000",
        {"data": [{"type": "model", "id": "m-10"}], "has_more": False},
    ),
    has_filter=False,
    refusal={
        **answer(None, None, "refusal"),
        "stop_details": {"type": "refusal", "explanation": "I cannot help."},
    },
)
