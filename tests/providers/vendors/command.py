"""A program that is asked on its stdin."""

from dataclasses import replace
from typing import Any

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
from tests.providers.vendors.openai import OPENAI

ENDINGS = {"filter": "content_filter"}


def answer(text: str | None, thought: str | None, ending: str) -> dict[str, Any]:
    """Return the table that a program writes."""
    usage = {
        "prompt_tokens": PROMPT,
        "completion_tokens": COMPLETION,
        "reasoning_tokens": THOUGHT,
    }
    return {
        "text": text,
        "reasoning": thought,
        "finish_reason": ENDINGS.get(ending, ending),
        "model": "m-1-2026",
        "usage": usage,
    }


def error(code: int, message: str) -> dict[str, Any]:
    """Return what a program writes that has no reply, with the meaning of an HTTP status."""
    return {"error": {"code": code, "message": message}}


PROGRAM = Dialect(
    kind="command",
    base="",
    path="",
    headers={},
    least=OPENAI.least,
    settings=replace(OPENAI.settings, headers=()),
    whole=OPENAI.whole,
    answer=answer,
    refusals=(
        Refusal("auth", 200, error(401, "no key"), Cause.AUTH, HALT, "no key"),
        Refusal("quota", 200, error(402, "no money"), Cause.QUOTA, HALT, "no money"),
        Refusal(
            "rate",
            200,
            error(429, "too fast, try again in 2s"),
            Cause.RATE,
            SLOW,
            "too fast",
            wait=2.0,
        ),
        Refusal("model", 200, error(404, "no such model"), Cause.CONFIG, MODEL, "no such model"),
        Refusal("request", 200, error(400, "odd"), Cause.REQUEST, NEVER, "odd"),
        Refusal("server", 200, error(500, "crash"), Cause.SERVER, RETRY, "crash"),
    ),
    refusal={"text": None, "refusal": "I cannot help."},
)
