"""Google's Gemini: generateContent."""

from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote

from asynceval.domain.call import Call
from asynceval.domain.reply import Usage
from asynceval.domain.sweep import Endpoint
from asynceval.providers import candidates, request
from asynceval.providers.provider import Said
from asynceval.providers.request import count, total, words
from asynceval.providers.stream import Stream

_ROLES = {"user": "user", "assistant": "model"}
_ENDINGS = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "LANGUAGE": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "MODEL_ARMOR": "content_filter",
}


@dataclass(frozen=True, slots=True)
class Gemini:
    """generateContent of a model under an endpoint's base URL; a bare host gets `/v1beta`."""

    endpoint: Endpoint

    lacks: ClassVar[frozenset[str]] = frozenset({"logprobs", "api_version", "reasoning"})
    place: ClassVar[str] = "candidates[0]"
    home: ClassVar[str] = "/v1beta"
    efforts: ClassVar[tuple[type, ...]] = (str, int)
    stream: ClassVar[Stream | None] = candidates.STREAM

    def url(self, call: Call) -> str:
        """Return where the model is; its name may hold the collection it belongs to."""
        name = call.wire if "/" in call.wire else f"models/{call.wire}"
        path = f"/{quote(name, safe='/')}:generateContent"
        return request.under(self.endpoint.base_url, path, self.home)

    def headers(self, key: str | None) -> dict[str, str]:
        """Return the headers of every request; the key is in `x-goog-api-key`, never in the URL."""
        return request.headers(key, self.endpoint.key_header or "x-goog-api-key")

    def body(self, call: Call) -> bytes:
        """Return the request's JSON. A system prompt stands apart from the contents."""
        sampling, settings = call.sampling, call.sampling.settings
        system, messages = request.apart(call)
        config = request.given(
            temperature=sampling.temperature,
            maxOutputTokens=sampling.max_tokens,
            topP=settings.top_p,
            seed=settings.seed,
            stopSequences=settings.stop,
            responseMimeType="application/json" if sampling.is_json else None,
            thinkingConfig=None if settings.effort is None else _effort(settings.effort),
        )
        content = request.given(
            contents=[{"role": _ROLES[m.role], **_parts(m.content)} for m in messages],
            systemInstruction=_parts(system) if system else None,
            generationConfig=config or None,
        )
        return request.encoded(content, call)

    def read(self, parsed: Any) -> Said:
        """Return what the first candidate says, its thoughts kept apart.

        A prompt that was blocked has no candidate.
        """
        usage, model = _usage(parsed.get("usageMetadata")), words(parsed.get("modelVersion"))
        if (parsed.get("promptFeedback") or {}).get("blockReason"):
            return Said(None, "content_filter", usage, model)
        candidate = parsed["candidates"][0]
        parts = (candidate.get("content") or {}).get("parts") or []
        texts = [part["text"] for part in parts if "text" in part and not part.get("thought")]
        thoughts = [part["text"] for part in parts if "text" in part and part.get("thought")]
        reason = words(candidate.get("finishReason"))
        return Said(
            # No part at all is how a model says nothing.
            text="".join(texts) if texts or reason == "STOP" else None,
            finish_reason=_ENDINGS.get(reason or "", reason),
            usage=usage,
            model=model,
            reasoning="".join(thoughts) or None,
            is_all=all("text" in part for part in parts),
        )

    def listing(self) -> str | None:
        """Return where the models are listed; without a number it would be a part of them."""
        url = request.under(self.endpoint.base_url, "/models", self.home)
        return request.asking(url, "pageSize=1000")


def _parts(text: str) -> dict[str, Any]:
    return {"parts": [{"text": text}]}


def _effort(effort: str | int) -> dict[str, Any]:
    """Return how much to think: a budget of tokens for 2.5 models, a level for later ones."""
    return {"thinkingBudget" if isinstance(effort, int) else "thinkingLevel": effort}


def _usage(usage: object) -> Usage:
    """Return the tokens. Thoughts are not among the candidates' tokens, but they are paid for."""
    if not isinstance(usage, dict) or count(usage.get("promptTokenCount")) is None:
        return Usage()
    thought = count(usage.get("thoughtsTokenCount"))
    prompt = total(usage["promptTokenCount"], usage.get("toolUsePromptTokenCount"))
    return Usage(prompt, total(usage.get("candidatesTokenCount", 0), thought), thought)
