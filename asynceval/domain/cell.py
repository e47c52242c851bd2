"""A cell: one place in the plan, to be filled by one call."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a call belongs: an answer of a target, or a judgment of that answer.

    `turn` counts from 1. `choice` is the index of the target's sample. `judge` is None for an
    answer; `repeat` numbers a judge's judgments of one answer.
    """

    question: str
    category: str
    turn: int
    target: str
    choice: int = 0
    judge: str | None = None
    repeat: int = 0

    @property
    def kind(self) -> str:
        """Return "answer" or "judgment"."""
        return "answer" if self.judge is None else "judgment"

    @property
    def asked(self) -> str:
        """The name of the model the call goes to."""
        return self.target if self.judge is None else self.judge
