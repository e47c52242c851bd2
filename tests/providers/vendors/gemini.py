"""Google's Gemini."""

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

REASONS = {"stop": "STOP", "length": "MAX_TOKENS", "filter": "SAFETY"}


def answer(text: str | None, thought: str | None, ending: str) -> dict[str, Any]:
    """Return a response; thoughts are counted apart from the candidates' tokens."""
    parts: list[dict[str, Any]] = []
    if thought is not None:
        parts.append({"text": thought, "thought": True})
    if text is not None:
        parts.append({"text": text})
    content = {"role": "model", **({"parts": parts} if parts else {})}
    return {
        "candidates": [{"content": content, "finishReason": REASONS[ending], "index": 0}],
        "usageMetadata": {
            "promptTokenCount": PROMPT,
            "candidatesTokenCount": COMPLETION - THOUGHT,
            "thoughtsTokenCount": THOUGHT,
            "totalTokenCount": PROMPT + COMPLETION,
        },
        "modelVersion": "m-1-2026",
        "responseId": "r1",
    }


def error(code: int, status: str, message: str, *details: dict[str, Any]) -> dict[str, Any]:
    """Return an error as Google's APIs have it."""
    return {"error": {"code": code, "message": message, "status": status, "details": details}}


def text(words: str) -> dict[str, Any]:
    """Return parts that hold one text."""
    return {"parts": [{"text": words}]}


GEMINI = Dialect(
    kind="gemini",
    base="",
    path="/v1beta/models/m-1:generateContent",
    headers={"x-goog-api-key": "KEY"},
    least={"contents": [{"role": "user", **text("One?")}]},
    settings=Settings(
        top_p=0.9,
        seed=7,
        stop=("END",),
        effort=50,
        body='{"generationConfig":{"topK":40,"thinkingConfig":{"includeThoughts":true}}}',
        headers=(("X-Team", "evals"),),
    ),
    whole={
        "contents": [
            {"role": "user", **text("One?")},
            {"role": "model", **text("1.")},
            {"role": "user", **text("Two?")},
        ],
        "systemInstruction": text("Be “brief”."),
        "generationConfig": {
            "temperature": 0.5,
            "maxOutputTokens": 100,
            "topP": 0.9,
            "seed": 7,
            "stopSequences": ["END"],
            "thinkingConfig": {"thinkingBudget": 50, "includeThoughts": True},
            "topK": 40,
        },
    },
    answer=answer,
    model_in_body=False,
    refusals=(
        Refusal(
            "auth",
            400,
            error(
                400,
                "INVALID_ARGUMENT",
                "API key not valid. Please pass a valid API key.",
                {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"},
            ),
            Cause.AUTH,
            HALT,
            "API key not valid",
        ),
        Refusal(
            "permission",
            403,
            error(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers."),
            Cause.AUTH,
            HALT,
            "unregistered callers",
        ),
        Refusal(
            "rate",
            429,
            error(
                429,
                "RESOURCE_EXHAUSTED",
                "You exceeded your current quota, please check your plan and billing details. "
                "Please retry in 34.07s.",
                {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34s"},
            ),
            Cause.RATE,
            SLOW,
            "Please retry in",
            wait=34.07,
        ),
        Refusal(
            "rate, told in the details alone",
            429,
            error(
                429,
                "RESOURCE_EXHAUSTED",
                "Resource has been exhausted (e.g. check quota).",
                {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "8s"},
            ),
            Cause.RATE,
            SLOW,
            "exhausted",
            wait=8.0,
        ),
        Refusal(
            "rate, in the words of a quota",
            429,
            error(
                429,
                "RESOURCE_EXHAUSTED",
                "You exceeded your current quota, please check your plan and billing details.",
                {
                    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
                    "violations": [{"quotaId": "GenerateRequestsPerMinutePerProjectPerModel"}],
                },
                {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "37s"},
            ),
            Cause.RATE,
            SLOW,
            "exceeded your current quota",
            wait=37.0,
        ),
        Refusal(
            "quota",
            429,
            error(
                429,
                "RESOURCE_EXHAUSTED",
                "You exceeded your current quota, please check your plan and billing details.",
            ),
            Cause.QUOTA,
            HALT,
            "exceeded your current quota",
        ),
        Refusal(
            "model",
            404,
            error(
                404,
                "NOT_FOUND",
                "models/m-1 is not found for API version v1beta, or is not supported for "
                "generateContent.",
            ),
            Cause.CONFIG,
            MODEL,
            "models/m-1 is not found",
        ),
        Refusal(
            "parameter",
            400,
            error(
                400,
                "INVALID_ARGUMENT",
                "Unable to submit request because it has a maxOutputTokens value of 100000 but the "
                "supported range is from 1 (inclusive) to 65537 (exclusive).",
            ),
            Cause.CONFIG,
            MODEL,
            "change max_tokens in the config",
        ),
        Refusal(
            "effort",
            400,
            error(
                400,
                "INVALID_ARGUMENT",
                "Thinking level is not supported for this model.",
            ),
            Cause.CONFIG,
            MODEL,
            "change effort in the config",
        ),
        Refusal(
            "effort, of a model that always thinks",
            400,
            error(
                400,
                "INVALID_ARGUMENT",
                "Budget 0 is invalid. This model only works in thinking mode.",
            ),
            Cause.CONFIG,
            MODEL,
            "change effort in the config",
        ),
        Refusal(
            "temperature",
            400,
            error(
                400,
                "INVALID_ARGUMENT",
                "* GenerateContentRequest.generation_config.temperature: temperature must be in the "
                "range [0.0, 2.0].\n",
            ),
            Cause.CONFIG,
            MODEL,
            "change temperature in the config",
        ),
        Refusal(
            "a field of body",
            400,
            error(
                400,
                "INVALID_ARGUMENT",
                "Invalid JSON payload received. Unknown name \"topQ\" at 'generation_config': "
                "Cannot find field.",
            ),
            Cause.CONFIG,
            MODEL,
            "topQ as it is sent: is it a field of body in the config?",
        ),
        Refusal(
            "system",
            400,
            error(400, "INVALID_ARGUMENT", "Developer instruction is not enabled for models/m-1"),
            Cause.CONFIG,
            MODEL,
            "change system in the config",
        ),
        Refusal(
            "context length",
            400,
            error(
                400,
                "INVALID_ARGUMENT",
                "The input token count (1200000) exceeds the maximum number of tokens allowed "
                "(1048576).",
            ),
            Cause.CONTEXT_LENGTH,
            NEVER,
            "exceeds the maximum number of tokens",
        ),
        Refusal(
            "region",
            400,
            error(
                400,
                "FAILED_PRECONDITION",
                "User location is not supported for the API use.",
            ),
            Cause.AUTH,
            HALT,
            "User location is not supported",
        ),
        Refusal(
            "free tier",
            400,
            error(
                400,
                "FAILED_PRECONDITION",
                "Gemini API free tier is not available in your country. Please enable billing.",
            ),
            Cause.AUTH,
            HALT,
            "enable billing",
        ),
        Refusal(
            "overload",
            503,
            error(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
            Cause.SERVER,
            RETRY,
            "overloaded",
        ),
    ),
    listing=(
        "/v1beta/models?pageSize=1000",
        {"models": [{"name": "models/m-10", "displayName": "M"}]},
    ),
)
