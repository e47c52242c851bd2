"""A reply: what a model said to a call, and what it cost in tokens."""

from dataclasses import dataclass
from typing import NamedTuple

Alternatives = tuple[tuple[str, float], ...]
"""What one token might have been, with probabilities: the one that was said comes first."""


class Tokens(NamedTuple):
    """Tokens of a prompt and of its completion, as they are reckoned with."""

    prompt: int
    completion: int


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the server counted them; None where it did not say.

    `reasoning_tokens` are those of the completion that the model thought with.
    """

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    reasoning_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A model's words.

    `text` is what it said. `reasoning` is what the server sent apart as thinking; it is kept, never
    sent on and never judged. `finish_reason` is the server's, in OpenAI's words where it means the
    same ("stop", "length", "content_filter"). `model` is the name the server answered with. `flags` names what was done to the text on the way, such as
    "surrogate" for replaced half characters. `alternatives` are kept for the first tokens of a judge's verdict alone, where they
    were asked for. `first_words` and `last_words` are the seconds from sending until they had come, of a streamed reply.
    """

    text: str
    reasoning: str | None = None
    finish_reason: str | None = None
    usage: Usage = Usage()
    model: str | None = None
    fingerprint: str | None = None
    flags: tuple[str, ...] = ()
    alternatives: tuple[Alternatives, ...] = ()
    first_words: float | None = None
    last_words: float | None = None

    @property
    def tokens_per_second(self) -> float | None:
        """Tokens a second after the first words, None where that was not measured.

        Thinking that was not shown came before them, so its tokens do not count.
        """
        tokens = self.usage.completion_tokens
        if tokens is None or self.first_words is None or self.last_words is None:
            return None
        if self.reasoning is None:
            tokens -= self.usage.reasoning_tokens or 0
        seconds = self.last_words - self.first_words
        return (tokens - 1) / seconds if seconds > 0 and tokens > 1 else None

    @property
    def is_truncated(self) -> bool:
        """Whether the server cut the text, at the token limit or by a content filter."""
        return self.finish_reason in ("length", "content_filter")
