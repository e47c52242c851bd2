"""OpenAI's Responses, which its newest models are made for."""

from dataclasses import dataclass
from typing import Any, ClassVar

from asynceval.domain.call import Call
from asynceval.domain.reply import Usage
from asynceval.domain.sweep import Endpoint
from asynceval.providers import request
from asynceval.providers.known import known
from asynceval.providers.provider import Said
from asynceval.providers.request import count, words
from asynceval.providers.stream import CUT, Stream, UnreadableError

_PATH = "/responses"
_OPEN = ("in_progress", "queued")
_ENDINGS = {"max_output_tokens": "length", "content_filter": "content_filter"}


def _join(pieces: list[Any]) -> Any:
    """Return the response that the event of its end holds whole."""
    told = (piece["response"] for piece in pieces if "response" in piece)
    ended = next((each for each in told if each["status"] not in _OPEN), None)
    if ended is None:
        raise UnreadableError(CUT)
    return ended


def _speaks(piece: Any) -> bool:
    return str(piece.get("type")).endswith(".delta") and bool(piece.get("delta"))


@dataclass(frozen=True, slots=True)
class Responses:
    """Responses under an endpoint's base URL; a bare host gets `/v1`. None is kept by the server."""

    endpoint: Endpoint

    lacks: ClassVar[frozenset[str]] = frozenset({"logprobs", "api_version", "seed", "stop"})
    place: ClassVar[str] = "output with a message in it"
    home: ClassVar[str] = "/v1"
    efforts: ClassVar[tuple[type, ...]] = (str,)
    stream: ClassVar[Stream | None] = Stream(_join, _speaks, {"stream": True})

    def url(self, call: Call) -> str:  # noqa: ARG002 - elsewhere it depends on the model
        """Return where responses are made."""
        return request.under(self.endpoint.base_url, _PATH, self.home)

    def headers(self, key: str | None) -> dict[str, str]:
        """Return the headers of every request; the key is a bearer token."""
        return request.headers(key, self.endpoint.key_header or "Authorization")

    def body(self, call: Call) -> bytes:
        """Return the request's JSON."""
        sampling, settings = call.sampling, call.sampling.settings
        is_sampled = known(call).is_sampled
        content = request.given(
            model=call.wire,
            input=call.messages,
            store=False,
            temperature=sampling.temperature if is_sampled else None,
            max_output_tokens=sampling.max_tokens,
            top_p=settings.top_p,
            text={"format": {"type": "json_object"}} if sampling.is_json else None,
            reasoning=None if settings.effort is None else {"effort": settings.effort},
        )
        return request.encoded(content, call)

    def read(self, parsed: Any) -> Said:
        """Return what the messages of a response say, their parts of text joined."""
        status, why = parsed["status"], (parsed.get("incomplete_details") or {}).get("reason")
        if status not in ("completed", "incomplete"):
            raise UnreadableError(f"the response has the status {words(status)}")
        texts: list[str] = []
        refusals: list[str] = []
        thoughts: list[str] = []
        others = False
        for item in parsed["output"]:
            parts = [*(item.get("summary") or ()), *(item.get("content") or ())]
            into = thoughts if item["type"] == "reasoning" else texts
            into.extend(part["text"] for part in parts if "text" in part)
            refusals.extend(part["refusal"] for part in parts if "refusal" in part)
            others = others or item["type"] not in ("reasoning", "message")
        return Said(
            text="".join(texts) if texts else None,
            finish_reason=_ENDINGS.get(why or "", words(why)) if status == "incomplete" else "stop",
            usage=_usage(parsed.get("usage")),
            model=words(parsed.get("model")),
            reasoning="\n\n".join(thoughts) or None,
            refusal="".join(refusals) or None,
            is_all=not others,
        )

    def listing(self) -> str | None:
        """Return where the models are listed."""
        return request.under(request.without(self.endpoint.base_url, _PATH), "/models", self.home)


def _usage(usage: object) -> Usage:
    if not isinstance(usage, dict):
        return Usage()
    details = usage.get("output_tokens_details")
    thought = details.get("reasoning_tokens") if isinstance(details, dict) else None
    return Usage(
        count(usage.get("input_tokens")), count(usage.get("output_tokens")), count(thought)
    )
