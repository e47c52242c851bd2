"""A server of nobody's dialect, described by a template."""

from typing import Any

import orjson

from asynceval.domain.call import Settings
from asynceval.domain.failure import Cause
from asynceval.domain.sweep import Http
from tests.providers.dialect import (
    COMPLETION,
    HALT,
    NEVER,
    PROMPT,
    RETRY,
    SLOW,
    THOUGHT,
    Dialect,
    Refusal,
)
from tests.providers.vendors.openai import FOUR, ONE

REASONS = {"stop": "eos_token", "filter": "content_filter"}


def answer(text: str | None, thought: str | None, ending: str) -> dict[str, Any]:
    """Return a response as some server may have it."""
    return {
        "served_by": "m-1-2026",
        "outputs": [{"words": text, "thinking": thought, "end": REASONS.get(ending, ending)}],
        "tokens": {"in": PROMPT, "out": COMPLETION, "thought": THOUGHT},
    }


TEMPLATED = Dialect(
    kind="http",
    base="/api",
    path="/api/generate/m-1",
    headers={"Authorization": "Bearer KEY"},
    http=Http(
        body=orjson.dumps(
            {
                "engine": "{model}",
                "chat": "{messages}",
                "params": {
                    "temp": "{temperature}",
                    "limit": "{max_tokens}",
                    "p": "{top_p}",
                    "seed": "{seed}",
                    "until": "{stop}",
                    "effort": "effort={effort}",
                    "fixed": [1, None, True],
                },
            }
        ).decode(),
        text="outputs.0.words",
        path="/generate/{model}",
        finish_reason="outputs.0.end",
        reasoning="outputs.0.thinking",
        model="served_by",
        prompt_tokens="tokens.in",
        completion_tokens="tokens.out",
        reasoning_tokens="tokens.thought",
    ),
    least={
        "engine": "m-1",
        "chat": ONE,
        "params": {"effort": "effort=", "fixed": [1, True]},
    },
    settings=Settings(
        top_p=0.9,
        seed=7,
        stop=("END",),
        effort="low",
        body='{"params":{"k":40}}',
        headers=(("X-Team", "evals"),),
    ),
    whole={
        "engine": "m-1",
        "chat": FOUR,
        "params": {
            "temp": 0.5,
            "limit": 100,
            "p": 0.9,
            "seed": 7,
            "until": ["END"],
            "effort": "effort=low",
            "fixed": [1, True],
            "k": 40,
        },
    },
    answer=answer,
    model_in_body=False,
    refusals=(
        Refusal("auth", 401, {"detail": "who are you?"}, Cause.AUTH, HALT, "who are you?"),
        Refusal("rate", 429, "slow down", Cause.RATE, SLOW, "slow down", {"Retry-After": "3"}, 3.0),
        Refusal("request", 400, {"reason": "odd"}, Cause.REQUEST, NEVER, '{"reason":"odd"}'),
        Refusal("overload", 503, "<h1>Busy</h1>", Cause.SERVER, RETRY, "Busy"),
    ),
)
