"""DeepSeek's chat completions, where they differ from OpenAI's."""

from dataclasses import dataclass
from typing import Any, ClassVar

from asynceval.providers.openai import OpenAI


@dataclass(frozen=True, slots=True)
class DeepSeek(OpenAI):
    """Thinking is switched by a field of its own, and a server that is short of power breaks off."""

    lacks: ClassVar[frozenset[str]] = frozenset({"api_version", "seed"})
    limits: ClassVar[tuple[str, str]] = ("max_tokens", "max_tokens")
    broken: ClassVar[tuple[str, ...]] = ("insufficient_system_resource", "error", "abort")

    def effort(self, effort: str | int) -> dict[str, Any]:
        """Return the fields that say whether to think, and how much."""
        if effort == "none":
            return {"thinking": {"type": "disabled"}}
        return {"thinking": {"type": "enabled"}, "reasoning_effort": effort}
