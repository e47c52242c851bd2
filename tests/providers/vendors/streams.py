"""How each vendor documents its streams, written down apart from our code."""

from collections.abc import Callable
from typing import Any

import orjson

from tests.providers.dialect import COMPLETION, PROMPT, THOUGHT
from tests.providers.vendors.responses import answer

REASONS = {
    "anthropic": {"stop": "end_turn", "length": "max_tokens"},
    "gemini": {"stop": "STOP", "length": "MAX_TOKENS"},
}
USAGE = {
    "prompt_tokens": PROMPT,
    "completion_tokens": COMPLETION,
    "total_tokens": PROMPT + COMPLETION,
    "completion_tokens_details": {"reasoning_tokens": THOUGHT},
}
HEAD = {
    "id": "c",
    "object": "chat.completion.chunk",
    "created": 1730000000,
    "model": "m-1-2026",
}


def data(piece: Any, event: str | None = None) -> bytes:
    """Return an event of a stream, with a name or without."""
    name = b"" if event is None else b"event: " + event.encode() + b"\n"
    return name + b"data: " + orjson.dumps(piece) + b"\n\n"


def openai(texts: list[str], thought: str, ending: str) -> list[bytes]:
    """Return chunks of a chat completion; the last one has the usage and no choice."""

    def chunk(delta: Any, finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return data({**HEAD, "choices": [choice], "usage": None})

    return [
        b": keep-alive\n\n" + chunk({"role": "assistant", "content": ""}),
        chunk({"reasoning_content": thought}),
        *(chunk({"content": text}) for text in texts),
        chunk({}, ending),
        data({**HEAD, "choices": [], "usage": USAGE}),
        b"data: [DONE]\n\n",
    ]


def mistral(texts: list[str], thought: str, ending: str) -> list[bytes]:
    """Return chunks of a chat completion, thinking as a part of the content; the last has the usage."""

    def chunk(content: Any, finish: str | None = None, **fields: Any) -> bytes:
        choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish}
        return data({**HEAD, "choices": [choice], **fields})

    counts = {name: USAGE[name] for name in ("prompt_tokens", "completion_tokens", "total_tokens")}
    return [
        chunk([{"type": "thinking", "thinking": [{"type": "text", "text": thought}]}]),
        *(chunk(text) for text in texts),
        chunk("", ending, usage=counts),
        b"data: [DONE]\n\n",
    ]


def anthropic(texts: list[str], thought: str, ending: str) -> list[bytes]:
    """Return the events of a message with a block of thinking and one of text."""

    def event(kind: str, **fields: Any) -> bytes:
        return data({"type": kind, **fields}, kind)

    start: dict[str, Any] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m-1-2026",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": PROMPT, "output_tokens": 1},
    }
    return [
        event("message_start", message=start),
        event(
            "content_block_start",
            index=0,
            content_block={"type": "thinking", "thinking": "", "signature": ""},
        ),
        event("ping"),
        event(
            "content_block_delta", index=0, delta={"type": "thinking_delta", "thinking": thought}
        ),
        event("content_block_delta", index=0, delta={"type": "signature_delta", "signature": "c2"}),
        event("content_block_stop", index=0),
        event("content_block_start", index=1, content_block={"type": "text", "text": ""}),
        *(
            event("content_block_delta", index=1, delta={"type": "text_delta", "text": text})
            for text in texts
        ),
        event("content_block_stop", index=1),
        event(
            "message_delta",
            delta={"stop_reason": REASONS["anthropic"][ending], "stop_sequence": None},
            usage={"output_tokens": COMPLETION},
        ),
        event("message_stop"),
    ]


def gemini(texts: list[str], thought: str, ending: str) -> list[bytes]:
    """Return responses with a part each; lines end as Google ends them."""

    def piece(part: Any, **fields: Any) -> bytes:
        content = {"role": "model", "parts": [part]}
        whole = {
            "candidates": [{"content": content, "index": 0, **fields}],
            "usageMetadata": {
                "promptTokenCount": PROMPT,
                "candidatesTokenCount": COMPLETION - THOUGHT,
                "thoughtsTokenCount": THOUGHT,
            },
            "modelVersion": "m-1-2026",
        }
        return b"data: " + orjson.dumps(whole) + b"\r\n\r\n"

    return [
        piece({"text": thought, "thought": True}),
        *(piece({"text": text}) for text in texts),
        piece({"text": ""}, finishReason=REASONS["gemini"][ending]),
    ]


def ollama(texts: list[str], thought: str, ending: str) -> list[bytes]:
    """Return lines of JSON; the last one is done and has the counts."""

    def line(message: Any, **fields: Any) -> bytes:
        whole = {"model": "m-1-2026", "message": {"role": "assistant", **message}}
        return orjson.dumps({**whole, "done": False, **fields}) + b"\n"

    counts = {"prompt_eval_count": PROMPT, "eval_count": COMPLETION}
    return [
        line({"content": "", "thinking": thought}),
        *(line({"content": text}) for text in texts),
        line({"content": ""}, done=True, done_reason=ending, **counts),
    ]


def responses(texts: list[str], thought: str, ending: str) -> list[bytes]:
    """Return the events of a response; the last one holds it whole."""
    whole = answer("".join(texts), thought, ending)
    last = "response.completed" if ending == "stop" else "response.incomplete"
    created = {**whole, "status": "in_progress", "output": [], "usage": None}
    summary = {"item_id": "rs_1", "output_index": 0, "summary_index": 0}
    said = {"item_id": "msg_1", "output_index": 1, "content_index": 0, "logprobs": []}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": created},
        {"type": "response.reasoning_summary_text.delta", **summary, "delta": thought},
        *({"type": "response.output_text.delta", **said, "delta": text} for text in texts),
        {"type": last, "response": whole},
    ]
    return [
        data({**event, "sequence_number": number}, event["type"])
        for number, event in enumerate(events)
    ]


STREAMS: dict[str, Callable[[list[str], str, str], list[bytes]]] = {
    "openai": openai,
    "mistral": mistral,
    "anthropic": anthropic,
    "gemini": gemini,
    "ollama": ollama,
    "openai-responses": responses,
}
