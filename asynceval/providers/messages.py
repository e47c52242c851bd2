"""Messages in pieces, as Anthropic streams them: each block with its own deltas."""

from typing import Any

from asynceval.providers.stream import CUT, Stream, UnreadableError

_GROWING = ("text", "thinking")


def _join(pieces: list[Any]) -> Any:
    """Return the message that the events are of; one of them tells that it is whole."""
    is_whole = False
    message: dict[str, Any] = {}
    blocks: dict[int, dict[str, Any]] = {}
    for piece in pieces:
        match piece["type"]:
            case "message_start":
                message = dict(piece["message"])
            case "content_block_start":
                blocks[piece["index"]] = dict(piece["content_block"])
            case "content_block_delta":
                _grow(blocks[piece["index"]], piece["delta"])
            case "message_delta":
                counts = (piece.get("usage") or {}).items()
                told = {name: value for name, value in counts if value is not None}
                usage = {**(message.get("usage") or {}), **told}
                message |= {**piece["delta"], "usage": usage}
            case "message_stop":
                is_whole = True
    if not is_whole or not message.get("stop_reason"):
        raise UnreadableError(CUT)
    return {**message, "content": [blocks[at] for at in sorted(blocks)]}


def _grow(block: dict[str, Any], delta: Any) -> None:
    for name in _GROWING:
        if isinstance(delta.get(name), str):
            block[name] = block.get(name, "") + delta[name]


def _speaks(piece: Any) -> bool:
    delta = piece.get("delta") or {}
    return piece.get("type") == "content_block_delta" and any(map(delta.get, _GROWING))


STREAM = Stream(_join, _speaks, {"stream": True})
