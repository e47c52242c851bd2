"""Groq's chat completions, where they differ from OpenAI's."""

from dataclasses import dataclass
from typing import Any, ClassVar

from asynceval.domain.call import Call
from asynceval.providers.openai import OpenAI


@dataclass(frozen=True, slots=True)
class Groq(OpenAI):
    """The limit has its newer name for all models; thinking is asked for in a field of its own.

    It is asked for where `reasoning = true`, since models that do not think refuse the field.
    """

    home: ClassVar[str] = "/openai/v1"
    limits: ClassVar[tuple[str, str]] = ("max_completion_tokens", "max_completion_tokens")

    def settings(self, call: Call) -> dict[str, Any]:
        """Return the fields for a call's settings."""
        fields = OpenAI.settings(self, call)
        if call.sampling.settings.reasoning:
            fields |= {"temperature": call.sampling.temperature, "reasoning_format": "parsed"}
        return {name: value for name, value in fields.items() if value is not None}
