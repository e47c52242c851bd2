"""The models that a server lists, to take them all, or to tell what a mistyped name may have meant."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

import orjson

_MOST = 3
_LONGEST_NAME = 200


def names(content: bytes) -> tuple[str, ...] | None:
    """Return the names in the body of a list of models that can chat; None if it is no list. Never raises.

    Knows `{"data": [{"id": ...}]}`, `{"models": [{"name": ...}]}` and a bare list. Google's begin with
    `models/`, which is no part of the name in a call.
    """
    try:
        parsed = orjson.loads(content)
    except ValueError:
        return None
    places = (parsed.get("data"), parsed.get("models")) if isinstance(parsed, dict) else (parsed,)
    lists = [place for place in places if isinstance(place, list)]
    if not lists:
        return None
    found = (
        item.get("id") or item.get("name") if isinstance(item, dict) else item
        for item in next(filter(None, lists), [])
        if _chats(item)
    )
    words = (name.removeprefix("models/") for name in found if isinstance(name, str))
    return tuple(name for name in words if 0 < len(name) <= _LONGEST_NAME)


_SILENT: Final = ("audio", "embedding", "image", "moderation", "rerank", "transcribe", "video")


def _chats(item: object) -> bool:
    """Whether a listed model answers in words, as far as the list tells.

    Google's tells methods, Mistral's capabilities, OpenRouter's modalities, Together's a type.
    """
    match item:
        case {"supportedGenerationMethods": list(methods)}:
            return "generateContent" in methods
        case {"capabilities": {"completion_chat": bool(can_chat)}}:
            return can_chat
        case {"architecture": {"output_modalities": list(modalities)}}:
            return "text" in modalities
        case {"type": str(kind)}:
            return kind not in _SILENT
    return True


_SERVERS: Final = {
    "vllm": "vLLM",
    "sglang": "SGLang",
    "llamacpp": "llama.cpp",
    "fastchat": "FastChat",
    "library": "Ollama",
}


def server(content: bytes) -> str | None:
    """Return the kind of server that a list of models is from, None if it does not tell. Never raises."""
    try:
        parsed = orjson.loads(content)
        owners = [item.get("owned_by") for item in parsed["data"]]
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    return next((name for owner, name in _SERVERS.items() if owner in owners), None)


def near(served: Iterable[str], wanted: str) -> tuple[str, ...]:
    """Return up to three served names that look like the wanted one, the nearest first.

    Capitals and what stands before the last slash count little: servers differ in them most.
    """
    by_form: dict[str, str] = {}
    for name in served:
        by_form.setdefault(name.lower(), name)
        by_form.setdefault(name.lower().rpartition("/")[2], name)
    forms = (wanted.lower(), wanted.lower().rpartition("/")[2])
    found = [by_form[form] for want in forms for form in get_close_matches(want, by_form, _MOST)]
    return tuple(dict.fromkeys(found))[:_MOST]
