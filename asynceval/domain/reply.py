"""A reply: what a model said to a call, and what it cost in tokens."""

from dataclasses import dataclass

Alternatives = tuple[tuple[str, float], ...]
"""What one token might have been, with probabilities: the one that was said comes first."""


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
    were asked for.
    """

    text: str
    reasoning: str | None = None
    finish_reason: str | None = None
    usage: Usage = Usage()
    model: str | None = None
    fingerprint: str | None = None
    flags: tuple[str, ...] = ()
    alternatives: tuple[Alternatives, ...] = ()

    @property
    def is_truncated(self) -> bool:
        """Whether the server cut the text, at the token limit or by a content filter."""
        return self.finish_reason in ("length", "content_filter")
