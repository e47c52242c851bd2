"""A call: one request to a model, identified by its content alone."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

import orjson

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What only some models are asked with. None, or empty, leaves a setting to the server.

    `effort` is how much to think: a word, or a number of tokens. `reasoning` says whether the model
    thinks before it speaks, where its name does not tell. `body` is a JSON object, whose fields are
    put into the request; `headers` are sent with it.
    """

    top_p: float | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    effort: str | int | None = None
    reasoning: bool | None = None
    body: str | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def given(self) -> list[tuple[str, object]]:
        """Return the settings that are not left to the server, by name."""
        fields = ((name, getattr(self, name)) for name in self.__slots__)
        return [(name, value) for name, value in fields if value is not None and value != ()]


PLAIN = Settings()
"""Everything left to the server."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the model is asked to write. None leaves a setting to the server.

    With `is_json` the server sees to it that the reply is a JSON object, if it can; with `logprobs` it
    tells what else each token might have been.
    """

    temperature: float | None = None
    max_tokens: int | None = None
    settings: Settings = PLAIN
    is_json: bool = False
    logprobs: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked of which model: exactly what the key covers.

    `model` is the name in the sweep, `wire` the name the endpoint knows. Both are part of the
    key: two checkpoints served under one name are two models. `choice` numbers the samples of one
    prompt (a target's choices, a judge's repeats). URL, API key, limits and time-outs are no part
    of a call, so changing them pays for nothing again.
    """

    model: str
    wire: str
    messages: tuple[Message, ...]
    sampling: Sampling = Sampling()
    choice: int = 0

    def key(self) -> bytes:
        """Return the call's 16-byte identity: the head of SHA-256 over its canonical JSON.

        SHA-256 runs in hardware on most machines, faster than BLAKE2b (bench/hashing.py).
        Settings left to the server are left out, so a setting added to `Sampling` one day does not
        change the keys of calls that do not use it.
        """
        sampling = self.sampling
        content: list[object] = [self.model, self.wire, self.messages, self.choice]
        if sampling.temperature is not None:
            content.append(("temperature", sampling.temperature))
        if sampling.max_tokens is not None:
            content.append(("max_tokens", sampling.max_tokens))
        if sampling.settings is not PLAIN and sampling.settings != PLAIN:
            content.extend(sampling.settings.given())
        if sampling.is_json:
            content.append(("json", True))
        if sampling.logprobs:
            content.append(("logprobs", True))
        return sha256(orjson.dumps(content)).digest()[:16]
