"""OpenAI's chat completions, as served by OpenAI and by every compatible server.

vLLM, SGLang, FastChat, llama.cpp and Ollama speak it, and most hosted providers.
"""

from dataclasses import dataclass
from math import exp
from typing import Any, ClassVar

from asynceval.domain.call import Call
from asynceval.domain.reply import Alternatives, Usage
from asynceval.domain.sweep import Endpoint
from asynceval.prompts.weighing import at_verdict
from asynceval.providers import deltas, request
from asynceval.providers.known import known
from asynceval.providers.provider import Said
from asynceval.providers.request import count, total, words
from asynceval.providers.stream import Stream, UnreadableError

_PATH = "/chat/completions"
_TOP = 20


@dataclass(frozen=True, slots=True)
class OpenAI:
    """Chat completions under an endpoint's base URL.

    What servers do in their own way: `limits` are the fields that hold max_tokens, of models that
    speak at once and of models that think; `seed` is the field that holds the seed; `home` is the path
    that a bare host gets; `endings` are words for the end of an answer that mean one of OpenAI's, `broken`
    those of one that was not reached.
    """

    endpoint: Endpoint

    lacks: ClassVar[frozenset[str]] = frozenset({"api_version"})
    place: ClassVar[str] = "choices[0].message.content"
    efforts: ClassVar[tuple[type, ...]] = (str,)
    limits: ClassVar[tuple[str, str]] = ("max_tokens", "max_completion_tokens")
    seed: ClassVar[str] = "seed"
    home: ClassVar[str] = "/v1"
    endings: ClassVar[dict[str, str]] = {}
    broken: ClassVar[tuple[str, ...]] = ("error", "abort")
    stream: ClassVar[Stream | None] = deltas.COUNTED

    def url(self, call: Call) -> str:  # noqa: ARG002 - elsewhere it depends on the model
        """Return where chat completions are. A query (`?api-version=...`) is kept."""
        return request.under(self.endpoint.base_url, _PATH, self.home)

    def headers(self, key: str | None) -> dict[str, str]:
        """Return the headers of every request; the key is a bearer token."""
        return request.headers(key, self.endpoint.key_header or "Authorization")

    def body(self, call: Call) -> bytes:
        """Return the request's JSON.

        `n` is never sent, since some servers ignore it: several answers are several calls.
        """
        content = {"model": call.wire, "messages": call.messages, **self.settings(call)}
        return request.encoded(content, call)

    def settings(self, call: Call) -> dict[str, Any]:
        """Return the fields for a call's settings; a model that thinks is asked in its own terms."""
        sampling, settings = call.sampling, call.sampling.settings
        is_sampled = known(call).is_sampled
        return request.given(
            temperature=sampling.temperature if is_sampled else None,
            **{self.limits[not is_sampled]: sampling.max_tokens},
            top_p=settings.top_p,
            **{self.seed: settings.seed},
            stop=settings.stop,
            response_format={"type": "json_object"} if sampling.is_json else None,
            **({"logprobs": True, "top_logprobs": _TOP} if sampling.logprobs else {}),
            **({} if settings.effort is None else self.effort(settings.effort)),
        )

    def effort(self, effort: str | int) -> dict[str, Any]:
        """Return the fields that say how much to think."""
        return {"reasoning_effort": effort}

    def read(self, parsed: Any) -> Said:
        """Return what the choice with the lowest index says."""
        choice = _first(parsed["choices"])
        message = choice["message"]
        finish_reason = words(choice.get("finish_reason"))
        if finish_reason in self.broken:
            raise UnreadableError("the server broke the answer off")
        text, thought = _parts(message["content"])
        return Said(
            text=text,
            finish_reason=self.endings.get(finish_reason or "", finish_reason),
            usage=_usage(parsed.get("usage")),
            model=words(parsed.get("model")),
            fingerprint=words(parsed.get("system_fingerprint")),
            reasoning=words(message.get("reasoning_content") or message.get("reasoning"))
            or thought,
            refusal=words(message.get("refusal")),
            is_all=not message.get("tool_calls"),
            alternatives=_alternatives(choice.get("logprobs")),
        )

    def listing(self) -> str | None:
        """Return where the models are listed."""
        base = self.endpoint.base_url
        return request.under(request.without(base, _PATH), "/models", self.home)


def _alternatives(logprobs: Any) -> tuple[Alternatives, ...]:
    """Return what the tokens of a verdict might have been; nothing where the server does not say."""
    if logprobs is None:
        return ()
    try:
        tokens = logprobs["content"]
        probable = [
            {one["token"]: exp(min(one["logprob"], 0.0)) for one in (*token["top_logprobs"], token)}
            for token in tokens
        ]
        said = [token["token"] for token in tokens]
        return at_verdict(said, [tuple(others.items()) for others in probable])
    except (LookupError, TypeError, ValueError, AttributeError):
        return ()


def _first(choices: Any) -> Any:
    """Return the choice with the lowest index. Raises UnreadableError if two have the same."""
    if len(choices) == 1:
        return choices[0]
    places = [_place(choice, at) for at, choice in enumerate(choices)]
    if len(set(places)) < len(places):
        raise UnreadableError("two choices have the same index")
    return choices[places.index(min(places))]


def _place(choice: Any, at: int) -> int:
    index = choice.get("index")
    return index if type(index) is int else at


def _parts(content: object) -> tuple[str | None, str | None]:
    """Return the text and the thinking in a message's content, None for what it has none of.

    Content may come in parts, some of text, some of thinking with parts of text in them.
    """
    if not isinstance(content, list):
        return words(content), None
    texts, thoughts = [], []
    for part in content:
        match part:
            case {"text": str(text)}:
                texts.append(text)
            case {"type": "thinking", "thinking": thinking}:
                thoughts.append(_parts(thinking)[0] or "")
    return "".join(texts) if texts else None, "".join(thoughts) or None


def _usage(usage: object) -> Usage:
    """Return the tokens; those of thinking are added to the completion's by whoever, as xAI, left them out."""
    if not isinstance(usage, dict):
        return Usage()
    details = usage.get("completion_tokens_details")
    thought = count(details.get("reasoning_tokens")) if isinstance(details, dict) else None
    prompt, said = count(usage.get("prompt_tokens")), count(usage.get("completion_tokens"))
    if thought and usage.get("total_tokens") == total(prompt, said, thought):
        said = total(said, thought)
    return Usage(prompt, said, thought)
