"""The pieces of a chat completion that is streamed: OpenAI's server-sent events."""

from collections.abc import Iterator
from typing import Any

import orjson

from asynceval.simulator.chat import Chat, Completion, told, usage

_SIZE = 20


def write(chat: Chat, completion: Completion, *, reply_id: str, created: int) -> list[bytes]:
    """Return the events of a successful reply, in order; `created` is in seconds since 1970.

    The last ones are each choice's ending, the usage if it was asked for, and `[DONE]`.
    """
    whole = {
        "id": f"chatcmpl-{reply_id}",
        "object": "chat.completion.chunk",
        "created": created,
        "model": chat.model,
    }
    counted = {"usage": None} if chat.tells_usage else {}
    events = [
        _event({**whole, **counted, "choices": [choice]}) for choice in _choices(chat, completion)
    ]
    if chat.tells_usage:
        events.append(_event({**whole, "choices": [], "usage": usage(chat, completion)}))
    return [*events, b"data: [DONE]\n\n"]


def _choices(chat: Chat, completion: Completion) -> Iterator[dict[str, Any]]:
    for index, (text, is_cut) in enumerate(zip(completion.texts, completion.is_cut, strict=True)):
        begun = {"delta": {"role": "assistant", "content": text and ""}, "logprobs": None}
        for piece in (begun, *_said(chat, text or "")):
            yield {"index": index, **piece, "finish_reason": None}
        reason = "length" if is_cut else "stop"
        yield {"index": index, "delta": {}, "logprobs": None, "finish_reason": reason}


def _said(chat: Chat, text: str) -> Iterator[dict[str, Any]]:
    """Yield what is said: a few tokens at a time, or each with its probability."""
    if (probable := told(chat, text)) is not None:
        for token in probable["content"]:
            yield {"delta": {"content": token["token"]}, "logprobs": {"content": [token]}}
        return
    for at in range(0, len(text), _SIZE):
        yield {"delta": {"content": text[at : at + _SIZE]}, "logprobs": None}


def _event(chunk: dict[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(chunk) + b"\n\n"
