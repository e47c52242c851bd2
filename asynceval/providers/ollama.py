"""Ollama's own chat."""

from dataclasses import dataclass
from typing import Any, ClassVar

from asynceval.domain.call import Call, Settings
from asynceval.domain.reply import Usage
from asynceval.domain.sweep import Endpoint
from asynceval.providers import request
from asynceval.providers.provider import Said
from asynceval.providers.request import count, words
from asynceval.providers.stream import CUT, Stream, UnreadableError


def _join(pieces: list[Any]) -> Any:
    """Return the answer that the lines are of; one of them says that it is done."""
    last = next((piece for piece in pieces if piece.get("done") is True), None)
    if last is None:
        raise UnreadableError(CUT)
    said = [piece.get("message") or {} for piece in pieces]
    texts = {name: "".join(m.get(name) or "" for m in said) for name in ("content", "thinking")}
    calls = any(message.get("tool_calls") for message in said)
    return {**last, "message": {**texts, "tool_calls": calls}}


def _speaks(piece: Any) -> bool:
    message = piece.get("message") or {}
    return bool(message.get("content") or message.get("thinking"))


@dataclass(frozen=True, slots=True)
class Ollama:
    """The chat of an Ollama server. Its default is a stream, so it is told what is wanted."""

    endpoint: Endpoint

    lacks: ClassVar[frozenset[str]] = frozenset({"logprobs", "api_version"})
    place: ClassVar[str] = "message.content"
    home: ClassVar[str] = ""
    efforts: ClassVar[tuple[type, ...]] = (str,)
    stream: ClassVar[Stream | None] = Stream(_join, _speaks, {"stream": True})

    def url(self, call: Call) -> str:  # noqa: ARG002 - elsewhere it depends on the model
        """Return where the chat is."""
        return request.under(self.endpoint.base_url, "/api/chat")

    def headers(self, key: str | None) -> dict[str, str]:
        """Return the headers of every request; a key is a bearer token, as ollama.com takes it."""
        return request.headers(key, self.endpoint.key_header or "Authorization")

    def body(self, call: Call) -> bytes:
        """Return the request's JSON."""
        sampling, settings = call.sampling, call.sampling.settings
        options = request.given(
            temperature=sampling.temperature,
            num_predict=sampling.max_tokens,
            top_p=settings.top_p,
            seed=settings.seed,
            stop=settings.stop,
        )
        content = request.given(
            model=call.wire,
            messages=call.messages,
            stream=False,
            think=_think(settings),
            format="json" if sampling.is_json else None,
            options=options or None,
        )
        return request.encoded(content, call)

    def read(self, parsed: Any) -> Said:
        """Return what the message says, its thinking kept apart."""
        message = parsed["message"]
        if parsed["done"] is not True:
            raise UnreadableError("the answer is not done, as if it was streamed")
        return Said(
            text=words(message["content"]),
            finish_reason=words(parsed.get("done_reason")),
            usage=Usage(count(parsed.get("prompt_eval_count")), count(parsed.get("eval_count"))),
            model=words(parsed.get("model")),
            reasoning=words(message.get("thinking")) or None,
            is_all=not message.get("tool_calls"),
        )

    def listing(self) -> str | None:
        """Return where the models are listed that were pulled."""
        return request.under(request.without(self.endpoint.base_url, "/api/chat"), "/api/tags")


def _think(settings: Settings) -> str | bool | None:
    if settings.effort == "none":
        return False
    return settings.reasoning if settings.effort is None else str(settings.effort)
