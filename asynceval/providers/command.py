"""A local program that is asked by a request on its stdin and answers on its stdout, both in JSON."""

from dataclasses import dataclass
from typing import Any, ClassVar

from asynceval.domain.call import Call
from asynceval.domain.reply import Usage
from asynceval.providers.openai import OpenAI
from asynceval.providers.provider import Said
from asynceval.providers.request import count, words
from asynceval.providers.stream import Stream


@dataclass(frozen=True, slots=True)
class Command(OpenAI):
    """The request is a chat completion's. The reply is one too, or a table with `text` in it.

    Beside `text` there may be finish_reason, reasoning, model, refusal and usage; `error` instead of
    it tells what went wrong.
    """

    lacks: ClassVar[frozenset[str]] = frozenset({"api_version", "headers", "reasoning"})
    place: ClassVar[str] = "text"
    home: ClassVar[str] = ""
    efforts: ClassVar[tuple[type, ...]] = (str, int)
    stream: ClassVar[Stream | None] = None
    limits: ClassVar[tuple[str, str]] = ("max_tokens", "max_tokens")

    def url(self, call: Call) -> str:  # noqa: ARG002 - elsewhere it depends on the model
        """Return the command, as the endpoint's URL holds it."""
        return self.endpoint.base_url

    def headers(self, key: str | None) -> dict[str, str]:  # noqa: ARG002 - it is in the environment
        """Return none: the program reads its key from the environment, which it inherits."""
        return {}

    def read(self, parsed: Any) -> Said:
        """Return what the program says."""
        if "choices" in parsed:
            return OpenAI.read(self, parsed)
        usage = parsed.get("usage") or {}
        counts = (usage.get(f"{part}_tokens") for part in ("prompt", "completion", "reasoning"))
        return Said(
            text=words(parsed["text"]),
            finish_reason=words(parsed.get("finish_reason", "stop")),
            usage=Usage(*map(count, counts)),
            model=words(parsed.get("model")),
            reasoning=words(parsed.get("reasoning")),
            refusal=words(parsed.get("refusal")),
        )

    def listing(self) -> str | None:
        """Return None: a program lists nothing."""
        return None
