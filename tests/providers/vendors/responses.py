"""OpenAI's Responses."""

from dataclasses import replace
from typing import Any

from asynceval.domain.failure import Cause
from tests.providers.dialect import (
    COMPLETION,
    NEVER,
    PROMPT,
    RETRY,
    SLOW,
    THOUGHT,
    Dialect,
    Refusal,
)
from tests.providers.vendors.openai import FOUR, ONE, OPENAI, REFUSALS

WHY = {"length": "max_output_tokens", "filter": "content_filter"}


def answer(text: str | None, thought: str | None, ending: str) -> dict[str, Any]:
    """Return a response object."""
    output: list[dict[str, Any]] = []
    if thought is not None:
        summary = [{"type": "summary_text", "text": thought}]
        output.append({"id": "rs_1", "type": "reasoning", "summary": summary})
    if text is not None:
        output.append(message({"type": "output_text", "text": text, "annotations": []}))
    whole = response(output)
    if ending != "stop":
        whole |= {"status": "incomplete", "incomplete_details": {"reason": WHY[ending]}}
    return whole


def message(part: dict[str, Any]) -> dict[str, Any]:
    """Return an output item with this part of content."""
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [part],
    }


def response(output: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a response object with this output."""
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1730000000,
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": "m-1-2026",
        "output": output,
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": {
            "input_tokens": PROMPT,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": COMPLETION,
            "output_tokens_details": {"reasoning_tokens": THOUGHT},
            "total_tokens": PROMPT + COMPLETION,
        },
    }


def failed(code: str, message: str) -> dict[str, Any]:
    """Return a response that failed after it was accepted."""
    return {**response([]), "status": "failed", "error": {"code": code, "message": message}}


RESPONSES = Dialect(
    kind="openai-responses",
    base="/v1",
    path="/v1/responses",
    headers={"Authorization": "Bearer KEY"},
    least={"input": ONE, "store": False},
    settings=replace(OPENAI.settings, seed=None, stop=()),
    whole={
        "input": FOUR,
        "store": False,
        "temperature": 0.5,
        "max_output_tokens": 100,
        "top_p": 0.9,
        "reasoning": {"effort": "low"},
        "top_k": 40,
    },
    answer=answer,
    refusals=(
        *REFUSALS,
        Refusal(
            "failed",
            200,
            failed("server_error", "The server had an error while processing your request."),
            Cause.SERVER,
            RETRY,
            "had an error",
        ),
        Refusal(
            "failed by rate",
            200,
            failed("rate_limit_exceeded", "Rate limit reached."),
            Cause.RATE,
            SLOW,
            "Rate limit reached",
        ),
        Refusal(
            "failed by policy",
            200,
            failed("invalid_prompt", "Your prompt was flagged."),
            Cause.FILTERED,
            NEVER,
            "flagged",
        ),
    ),
    listing=OPENAI.listing,
    refusal=response([message({"type": "refusal", "refusal": "I cannot help."})]),
)
