"""OpenRouter's chat completions, where they differ from OpenAI's."""

from dataclasses import dataclass
from typing import Any, ClassVar

from asynceval.providers.openai import OpenAI


@dataclass(frozen=True, slots=True)
class OpenRouter(OpenAI):
    """One form for the thinking of all models, and one name for the limit of tokens."""

    home: ClassVar[str] = "/api/v1"
    efforts: ClassVar[tuple[type, ...]] = (str, int)
    limits: ClassVar[tuple[str, str]] = ("max_tokens", "max_tokens")

    def effort(self, effort: str | int) -> dict[str, Any]:
        """Return the field that says how much to think, by a word or by tokens."""
        return {"reasoning": {"max_tokens" if isinstance(effort, int) else "effort": effort}}
