"""Hosts of many models that serve OpenAI's chat completions with differences of their own."""

from dataclasses import replace
from typing import Any

from asynceval.domain.failure import Cause
from tests.providers.dialect import HALT, MODEL, NEVER, RETRY, SLOW, Refusal
from tests.providers.vendors.openai import OPENAI, answer, error, like_openai


def mistral_answer(text: str | None, thought: str | None, ending: str) -> dict[str, Any]:
    """Return a completion whose thinking is a part of the content."""
    whole = answer(text, None, {"length": "model_length"}.get(ending, ending))
    if thought is not None:
        parts: list[dict[str, Any]] = [
            {"type": "thinking", "thinking": [{"type": "text", "text": thought}]}
        ]
        if text is not None:
            parts.append({"type": "text", "text": text})
        whole["choices"][0]["message"]["content"] = parts
    return whole


def mistral_error(message: str, kind: str, code: str) -> dict[str, Any]:
    """Return an error as Mistral's own layer has it."""
    return {"object": "error", "message": message, "type": kind, "param": None, "code": code}


MISTRAL = replace(
    like_openai(
        "mistral",
        "/v1",
        (
            Refusal("auth", 401, {"message": "Unauthorized"}, Cause.AUTH, HALT, "Unauthorized"),
            Refusal(
                "rate",
                429,
                {"message": "Requests rate limit exceeded"},
                Cause.RATE,
                SLOW,
                "rate limit",
            ),
            Refusal(
                "capacity",
                429,
                mistral_error(
                    "Service tier capacity exceeded for this model.",
                    "service_tier_capacity_exceeded",
                    "3505",
                ),
                Cause.RATE,
                SLOW,
                "capacity exceeded",
            ),
            Refusal(
                "model",
                400,
                mistral_error("Invalid model: m-1", "invalid_model", "1500"),
                Cause.CONFIG,
                MODEL,
                "Invalid model",
            ),
            Refusal(
                "parameter",
                422,
                {
                    "object": "error",
                    "message": {
                        "detail": [
                            {
                                "type": "less_than_equal",
                                "loc": ["body", "temperature"],
                                "msg": "Input should be less than or equal to 1.5",
                            }
                        ]
                    },
                    "type": "invalid_request_error",
                },
                Cause.CONFIG,
                MODEL,
                "change temperature in the config",
            ),
            Refusal(
                "context length",
                400,
                mistral_error(
                    "Prompt contains 40000 tokens and 0 draft tokens, too large for model with "
                    "32768 maximum context length",
                    "invalid_request_prompt",
                    "3051",
                ),
                Cause.CONTEXT_LENGTH,
                NEVER,
                "too large",
            ),
            Refusal(
                "server",
                500,
                mistral_error("Internal server error", "internal_server_error", "1000"),
                Cause.SERVER,
                RETRY,
                "Internal server error",
            ),
        ),
        "seed",
        random_seed=7,
    ),
    answer=mistral_answer,
    has_filter=False,
)
DEEPSEEK = replace(
    like_openai(
        "deepseek",
        "",
        (
            Refusal(
                "auth",
                401,
                error("Authentication Fails (no such user)", "authentication_error"),
                Cause.AUTH,
                HALT,
                "Authentication Fails",
            ),
            Refusal(
                "quota",
                402,
                error("Insufficient Balance", "unknown_error", "invalid_request_error"),
                Cause.QUOTA,
                HALT,
                "Insufficient Balance",
            ),
            Refusal(
                "model",
                400,
                error("Model Not Exist", "invalid_request_error", "invalid_request_error"),
                Cause.CONFIG,
                MODEL,
                "Model Not Exist",
            ),
            Refusal(
                "parameter",
                400,
                error(
                    "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]",
                    "invalid_request_error",
                    "invalid_request_error",
                ),
                Cause.CONFIG,
                MODEL,
                "change max_tokens in the config",
            ),
            Refusal(
                "policy",
                400,
                error("Content Exists Risk", "invalid_request_error", "invalid_request_error"),
                Cause.FILTERED,
                NEVER,
                "Content Exists Risk",
            ),
            Refusal(
                "probabilities",
                400,
                error(
                    "deepseek-reasoner does not support logprobs and top_logprobs",
                    "invalid_request_error",
                    "invalid_request_error",
                ),
                Cause.CONFIG,
                MODEL,
                "change logprobs in the config",
            ),
            Refusal("rate", 429, error("Rate Limit Reached"), Cause.RATE, SLOW, "Rate Limit"),
            Refusal("overload", 503, error("Server Overloaded"), Cause.SERVER, RETRY, "Overloaded"),
        ),
        "seed",
        thinking={"type": "enabled"},
    ),
    path="/v1/chat/completions",
    settings=replace(OPENAI.settings, seed=None),
    listing=("/v1/models", {"object": "list", "data": [{"id": "m-10", "owned_by": "deepseek"}]}),
)


def openrouter_answer(text: str | None, thought: str | None, ending: str) -> dict[str, Any]:
    """Return a completion as routed, with the provider's own ending beside it."""
    whole = answer(text, thought, ending, "reasoning")
    whole["provider"] = "Some"
    whole["choices"][0]["native_finish_reason"] = "odd"
    return whole


def routed(code: int, message: str, **metadata: Any) -> dict[str, Any]:
    """Return an error as OpenRouter has it."""
    return {"error": {"code": code, "message": message, "metadata": metadata}, "user_id": "u"}


OPENROUTER = replace(
    like_openai(
        "openrouter",
        "/api/v1",
        (
            Refusal(
                "auth",
                401,
                routed(401, "No auth credentials found"),
                Cause.AUTH,
                HALT,
                "No auth credentials",
            ),
            Refusal(
                "quota",
                402,
                routed(402, "Insufficient credits. Add more using the settings."),
                Cause.QUOTA,
                HALT,
                "Insufficient credits",
            ),
            Refusal(
                "model",
                400,
                routed(400, "m-1 is not a valid model ID"),
                Cause.CONFIG,
                MODEL,
                "not a valid model",
            ),
            Refusal(
                "a model without a host",
                404,
                {"error": {"message": "No endpoints found for m-1.", "code": 404}},
                Cause.CONFIG,
                MODEL,
                "No endpoints found",
            ),
            Refusal(
                "context length, in the host's words",
                400,
                routed(
                    400,
                    "Provider returned error",
                    provider_name="Some",
                    raw='{"error":{"message":"This model\'s maximum context length is 8192 tokens"}}',
                ),
                Cause.CONTEXT_LENGTH,
                NEVER,
                "Provider returned error (Some: {",
            ),
            Refusal(
                "policy",
                403,
                routed(
                    403,
                    "m-1 requires moderation on Some. Your input was flagged for violence.",
                    reasons=["violence"],
                    flagged_input="...",
                ),
                Cause.FILTERED,
                NEVER,
                "Your input was flagged",
            ),
            Refusal(
                "rate",
                429,
                routed(429, "Rate limit exceeded: free-models-per-min."),
                Cause.RATE,
                SLOW,
                "Rate limit exceeded",
                {"X-RateLimit-Reset": "5", "X-RateLimit-Remaining": "0"},
                5.0,
            ),
            Refusal(
                "rate, in a success",
                200,
                routed(429, "Provider returned error", provider_name="Some", raw="slow down"),
                Cause.RATE,
                SLOW,
                "Provider returned error",
            ),
            Refusal(
                "overload, in a success",
                200,
                routed(502, "Provider returned error", provider_name="Some"),
                Cause.SERVER,
                RETRY,
                "Provider returned error",
            ),
            Refusal(
                "context length",
                400,
                routed(
                    400,
                    "This endpoint's maximum context length is 8192 tokens. However, you requested "
                    "about 9000 tokens.",
                ),
                Cause.CONTEXT_LENGTH,
                NEVER,
                "maximum context length",
            ),
        ),
        "reasoning_effort",
        reasoning={"effort": "low"},
    ),
    answer=openrouter_answer,
)


def together_answer(text: str | None, thought: str | None, ending: str) -> dict[str, Any]:
    """Return a completion with the endings of open models."""
    return answer(text, thought, {"stop": "eos"}.get(ending, ending), "reasoning")


TOGETHER = replace(
    like_openai(
        "together",
        "/v1",
        (
            Refusal(
                "auth",
                401,
                error("Invalid API key provided.", "invalid_request_error", "invalid_api_key"),
                Cause.AUTH,
                HALT,
                "Invalid API key",
            ),
            Refusal(
                "quota",
                402,
                error("Credit limit exceeded", "credit_limit"),
                Cause.QUOTA,
                HALT,
                "Credit limit",
            ),
            Refusal(
                "model",
                404,
                error(
                    "Unable to access model m-1.", "invalid_request_error", "model_not_available"
                ),
                Cause.CONFIG,
                MODEL,
                "Unable to access",
            ),
            Refusal(
                "context length",
                422,
                error(
                    "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4097. "
                    "Given: 4000 `inputs` tokens and 512 `max_new_tokens`",
                    "invalid_request_error",
                ),
                Cause.CONTEXT_LENGTH,
                NEVER,
                "must be <= 4097",
            ),
            Refusal(
                "rate",
                429,
                error("Your request rate limit is 60 per minute.", "rate_limit"),
                Cause.RATE,
                SLOW,
                "rate limit",
            ),
            Refusal(
                "overload",
                503,
                error("The server is overloaded or not ready yet.", "server_error"),
                Cause.SERVER,
                RETRY,
                "overloaded",
            ),
        ),
    ),
    answer=together_answer,
    has_filter=False,
)
GROQ = replace(
    like_openai(
        "groq",
        "/openai/v1",
        (
            Refusal(
                "auth",
                401,
                error("Invalid API Key", "invalid_request_error", "invalid_api_key"),
                Cause.AUTH,
                HALT,
                "Invalid API Key",
            ),
            Refusal(
                "a model that is blocked",
                403,
                error(
                    "The model `m-1` is blocked at the organization level.",
                    "permissions_error",
                    "model_permission_blocked_org",
                ),
                Cause.CONFIG,
                MODEL,
                "is blocked",
            ),
            Refusal(
                "a model with terms",
                400,
                error(
                    "The model `m-1` requires terms acceptance.",
                    "invalid_request_error",
                    "model_terms_required",
                ),
                Cause.CONFIG,
                MODEL,
                "requires terms",
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
                "an old model",
                400,
                error(
                    "The model `m-1` has been decommissioned and is no longer supported.",
                    "invalid_request_error",
                    "model_decommissioned",
                ),
                Cause.CONFIG,
                MODEL,
                "decommissioned",
            ),
            Refusal(
                "larger than a minute's tokens",
                413,
                error(
                    "Request too large for model `m-1` on tokens per minute (TPM): Limit 6000, "
                    "Requested 8000, please reduce your message size and try again.",
                    "tokens",
                    "rate_limit_exceeded",
                ),
                Cause.CONTEXT_LENGTH,
                NEVER,
                "Request too large",
            ),
            Refusal(
                "rate",
                429,
                error(
                    "Rate limit reached for model `m-1` on tokens per minute (TPM): Limit 6000. "
                    "Please try again in 7.66s.",
                    "tokens",
                    "rate_limit_exceeded",
                ),
                Cause.RATE,
                SLOW,
                "Rate limit reached",
                wait=7.66,
            ),
            Refusal(
                "parameter",
                400,
                error(
                    "`reasoning_effort` is not supported with this model", "invalid_request_error"
                ),
                Cause.CONFIG,
                MODEL,
                "change effort in the config",
            ),
            Refusal(
                "capacity",
                498,
                error("Flex tier capacity exceeded", "capacity_exceeded"),
                Cause.RATE,
                SLOW,
                "capacity exceeded",
            ),
        ),
        "max_tokens",
        max_completion_tokens=100,
    ),
    answer=openrouter_answer,
)
