"""Together's chat completions, where they differ from OpenAI's."""

from dataclasses import dataclass
from typing import Any, ClassVar

from asynceval.providers.openai import OpenAI


@dataclass(frozen=True, slots=True)
class Together(OpenAI):
    """An answer that came to its own end has another name, and thinking is switched off apart."""

    limits: ClassVar[tuple[str, str]] = ("max_tokens", "max_tokens")
    endings: ClassVar[dict[str, str]] = {"eos": "stop"}

    def effort(self, effort: str | int) -> dict[str, Any]:
        """Return the fields that say how much to think, or that a model is not to."""
        return (
            {"reasoning": {"enabled": False}} if effort == "none" else {"reasoning_effort": effort}
        )
