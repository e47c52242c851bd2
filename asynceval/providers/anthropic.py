"""Anthropic's Messages."""

from dataclasses import dataclass
from typing import Any, ClassVar

from asynceval.domain.call import Call
from asynceval.domain.reply import Usage
from asynceval.domain.sweep import Endpoint
from asynceval.providers import messages, request
from asynceval.providers.known import Known, known
from asynceval.providers.provider import Said
from asynceval.providers.request import count, total, words
from asynceval.providers.stream import Stream

_PATH = "/messages"
_VERSION = "2023-06-01"
_MOST = 4096
"""Tokens of an answer where the config sets no limit; the API demands one."""
_ENDINGS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
}
_DISABLED = {"type": "disabled"}
_PROMPT = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


@dataclass(frozen=True, slots=True)
class Anthropic:
    """Messages under an endpoint's base URL; a bare host gets `/v1`."""

    endpoint: Endpoint

    lacks: ClassVar[frozenset[str]] = frozenset({"logprobs", "seed"})
    place: ClassVar[str] = "content with text in it"
    home: ClassVar[str] = "/v1"
    efforts: ClassVar[tuple[type, ...]] = (str, int)
    stream: ClassVar[Stream | None] = messages.STREAM

    def url(self, call: Call) -> str:  # noqa: ARG002 - elsewhere it depends on the model
        """Return where messages are made."""
        return request.under(self.endpoint.base_url, _PATH, self.home)

    def headers(self, key: str | None) -> dict[str, str]:
        """Return the headers of every request; the key is in `x-api-key`."""
        fixed = request.headers(key, self.endpoint.key_header or "x-api-key")
        return {**fixed, "anthropic-version": self.endpoint.api_version or _VERSION}

    def body(self, call: Call) -> bytes:
        """Return the request's JSON. A system prompt stands apart from the messages."""
        sampling, settings = call.sampling, call.sampling.settings
        system, messages = request.apart(call)
        model = known(call)
        effort = {} if settings.effort is None else _effort(settings.effort, model)
        is_thinking = effort.get("thinking", _DISABLED) is not _DISABLED
        is_sampled = model.is_sampled and not is_thinking
        content = request.given(
            model=call.wire,
            max_tokens=sampling.max_tokens or _MOST,
            system=system or None,
            messages=messages,
            temperature=sampling.temperature if is_sampled else None,
            top_p=settings.top_p,
            stop_sequences=settings.stop,
            **effort,
        )
        return request.encoded(content, call)

    def read(self, parsed: Any) -> Said:
        """Return what a message says: its blocks of text joined, thinking kept apart."""
        texts, thoughts, has_thought, others = [], [], False, False
        for block in parsed["content"]:
            match block:
                case {"type": "text", "text": str(text)}:
                    texts.append(text)
                case {"type": "thinking", "thinking": str(thought)}:
                    has_thought = True
                    thoughts.append(thought)
                case {"type": "redacted_thinking"}:
                    has_thought = True
                case _:
                    others = True
        reason = words(parsed["stop_reason"])
        return Said(
            # No block at all is how a model says nothing.
            text="".join(texts) if texts or reason == "end_turn" else None,
            finish_reason=_ENDINGS.get(reason or "", reason),
            usage=_usage(parsed.get("usage")),
            model=words(parsed.get("model")),
            reasoning="\n\n".join(thoughts) or None,
            refusal=_refusal(parsed) if reason == "refusal" else None,
            is_all=not others,
            has_thought=has_thought,
        )

    def listing(self) -> str | None:
        """Return where the models are listed; without a number it would be a part of them."""
        base = request.without(self.endpoint.base_url, _PATH)
        return request.asking(request.under(base, "/models", self.home), "limit=1000")


def _effort(effort: str | int, model: Known) -> dict[str, Any]:
    """Return the fields for an effort: a budget of tokens, or a word for models that know words."""
    if isinstance(effort, int):
        return {"thinking": {"type": "enabled", "budget_tokens": effort}}
    if effort == "none":
        return {"thinking": _DISABLED}
    words = {"output_config": {"effort": effort}}
    return {"thinking": {"type": "adaptive"}, **words} if model.is_adaptive else words


def _refusal(parsed: Any) -> str:
    details = parsed.get("stop_details")
    told = words(details.get("explanation")) if isinstance(details, dict) else None
    return told or "the model refused to answer"


def _usage(usage: object) -> Usage:
    if not isinstance(usage, dict):
        return Usage()
    details = usage.get("output_tokens_details")
    thought = details.get("thinking_tokens") if isinstance(details, dict) else None
    prompt = total(*(usage.get(name) for name in _PROMPT))
    return Usage(prompt, count(usage.get("output_tokens")), count(thought))
