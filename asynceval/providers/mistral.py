"""Mistral's chat completions, where they differ from OpenAI's."""

from dataclasses import dataclass
from typing import ClassVar

from asynceval.providers import deltas
from asynceval.providers.openai import OpenAI
from asynceval.providers.stream import Stream


@dataclass(frozen=True, slots=True)
class Mistral(OpenAI):
    """The seed has another name, and so has an answer that ran into the model's own limit."""

    limits: ClassVar[tuple[str, str]] = ("max_tokens", "max_tokens")
    seed: ClassVar[str] = "random_seed"
    stream: ClassVar[Stream | None] = deltas.PLAIN
    endings: ClassVar[dict[str, str]] = {"model_length": "length"}
