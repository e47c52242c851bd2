"""Deltas: chat completions in pieces, as OpenAI and the servers compatible with it stream them."""

from typing import Any

from asynceval.providers.stream import CUT, Stream, UnreadableError

_TEXTS = ("content", "reasoning_content", "reasoning", "refusal")


def _join(pieces: list[Any]) -> Any:
    """Return the completion that the pieces are of; each choice must have ended."""
    choices: dict[int, dict[str, Any]] = {}
    whole: dict[str, Any] = {}
    for piece in pieces:
        for name in ("model", "system_fingerprint", "usage"):
            whole[name] = piece.get(name) or whole.get(name)
        groq = piece.get("x_groq")
        if isinstance(groq, dict) and groq.get("usage"):
            whole["usage"] = groq["usage"]
        for choice in piece.get("choices") or ():
            _add(choices.setdefault(choice.get("index") or 0, _empty()), choice)
    if not choices or any(choice["finish_reason"] is None for choice in choices.values()):
        raise UnreadableError(CUT)
    return {**whole, "choices": [{"index": at, **choices[at]} for at in sorted(choices)]}


def _empty() -> dict[str, Any]:
    return {"message": {"content": ""}, "finish_reason": None, "logprobs": {"content": []}}


def _add(into: dict[str, Any], choice: Any) -> None:
    delta, message = choice.get("delta") or {}, into["message"]
    for name in _TEXTS:
        if isinstance(delta.get(name), str):
            message[name] = (message.get(name) or "") + delta[name]
    for part in delta["content"] if isinstance(delta.get("content"), list) else ():
        _add_part(message, part)
    if delta.get("tool_calls"):
        message["tool_calls"] = True
    into["finish_reason"] = choice.get("finish_reason") or into["finish_reason"]
    into["logprobs"]["content"] += (choice.get("logprobs") or {}).get("content") or []


def _add_part(message: dict[str, Any], part: Any) -> None:
    """Add a part of a content that comes in parts, some of text, some of thinking."""
    if isinstance(part.get("text"), str):
        message["content"] += part["text"]
    for inner in part.get("thinking") or ():
        message["reasoning_content"] = message.get("reasoning_content", "") + inner.get("text", "")


def _speaks(piece: Any) -> bool:
    deltas = [choice.get("delta") or {} for choice in piece.get("choices") or ()]
    return any(delta.get(name) for delta in deltas for name in _TEXTS)


PLAIN = Stream(_join, _speaks, {"stream": True})
COUNTED = Stream(_join, _speaks, {"stream": True, "stream_options": {"include_usage": True}})
"""Where the tokens are told only if they are asked for."""
