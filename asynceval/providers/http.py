"""Any other HTTP server, by templates in the config."""

from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from asynceval.domain.call import Call
from asynceval.domain.reply import Usage
from asynceval.domain.sweep import Endpoint, Http
from asynceval.providers import request
from asynceval.providers.provider import Said
from asynceval.providers.request import count, words
from asynceval.providers.stream import Stream
from asynceval.providers.template import PLACEHOLDER, filled, found

_OPTIONAL = ("top_p", "seed", "stop", "effort")
_ENDINGS = {
    "eos": "stop",
    "eos_token": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "max_length": "length",
    "model_length": "length",
}


@dataclass(frozen=True, slots=True)
class Templated:
    """A server that is spoken to as the endpoint's `http` table says."""

    endpoint: Endpoint

    home: ClassVar[str] = ""
    efforts: ClassVar[tuple[type, ...]] = (str, int)
    stream: ClassVar[Stream | None] = None

    @property
    def http(self) -> Http:
        """The table; an endpoint of this kind has one."""
        if self.endpoint.http is None:
            raise ValueError(f"endpoint {self.endpoint.name} has no http table")
        return self.endpoint.http

    @property
    def lacks(self) -> frozenset[str]:
        """The settings that the template has no placeholder for."""
        inside = set(PLACEHOLDER.findall(self.http.body))
        return frozenset({"api_version", "logprobs", "reasoning", *set(_OPTIONAL) - inside})

    @property
    def place(self) -> str:
        """Where the config says that the text is."""
        return f"text at {self.http.text}"

    def url(self, call: Call) -> str:
        """Return the base URL, with the path of the template below it."""
        path = self.http.path.replace("{model}", request.segment(call.wire))
        return request.under(self.endpoint.base_url, path)

    def headers(self, key: str | None) -> dict[str, str]:
        """Return the headers of every request; the key is a bearer token unless told otherwise."""
        return request.headers(key, self.endpoint.key_header or "Authorization")

    def body(self, call: Call) -> bytes:
        """Return the template with the call's values in it."""
        template, sampling = self.http.body, call.sampling
        system, rest = request.apart(call)
        messages = rest if "{system}" in template else call.messages
        values = {
            "model": call.wire,
            "messages": [{"role": m.role, "content": m.content} for m in messages],
            "prompt": _prompt(messages),
            "system": system or None,
            "temperature": sampling.temperature,
            "max_tokens": sampling.max_tokens,
            "top_p": sampling.settings.top_p,
            "seed": sampling.settings.seed,
            "stop": sampling.settings.stop or None,
            "effort": sampling.settings.effort,
        }
        return request.encoded(filled(orjson.loads(template), values), call)

    def read(self, parsed: Any) -> Said:
        """Return what is at the places that the config names; only the text has to be there."""
        http = self.http
        reason = words(_maybe(parsed, http.finish_reason))
        return Said(
            text=words(found(parsed, http.text)),
            finish_reason=_ENDINGS.get((reason or "").lower(), reason),
            usage=Usage(
                count(_maybe(parsed, http.prompt_tokens)),
                count(_maybe(parsed, http.completion_tokens)),
                count(_maybe(parsed, http.reasoning_tokens)),
            ),
            model=words(_maybe(parsed, http.model)),
            reasoning=words(_maybe(parsed, http.reasoning)) or None,
        )

    def listing(self) -> str | None:
        """Return None: nothing is known of a list."""
        return None


def _prompt(messages: Any) -> str:
    """Return messages as one text: a single one as it is, several with who says what."""
    if len(messages) == 1:
        return str(messages[0].content)
    lines = [f"{message.role}: {message.content}" for message in messages]
    return "\n\n".join([*lines, "assistant:"])


def _maybe(parsed: Any, place: str | None) -> Any:
    try:
        return None if place is None else found(parsed, place)
    except (LookupError, TypeError):
        return None
