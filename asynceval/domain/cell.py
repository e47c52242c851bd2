"""A cell: one place in the plan, to be filled by one call."""

from dataclasses import dataclass
from typing import Literal

Order = Literal[1, 2]


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a call belongs: an answer of a target, or a judgment of that answer.

    `turn` counts from 1. `choice` is the index of the target's sample. `judge` is None for an
    answer; `repeat` numbers a judge's judgments of one answer. A game of a pair has the pair's other
    model as `opponent`: in `order` 1 the target is shown first, in 2 second.
    """

    question: str
    category: str
    turn: int
    target: str
    choice: int = 0
    judge: str | None = None
    repeat: int = 0
    opponent: str | None = None
    order: Order = 1

    @property
    def kind(self) -> str:
        """Return "answer" or "judgment"."""
        return "answer" if self.judge is None else "judgment"

    @property
    def asked(self) -> str:
        """The name of the model the call goes to."""
        return self.target if self.judge is None else self.judge
