"""Coverage: what became of the judgments that were planned."""

from collections import Counter as Counts
from dataclasses import dataclass
from typing import get_args

from asynceval.report.outcomes import Ending

ENDINGS: tuple[Ending, ...] = get_args(Ending)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many judgments ended in which way.

    `expected` is the sum of the others but `truncated`: that counts answers which were cut at the
    token limit or by a filter. They are judged, and among the others.
    """

    expected: int
    scored: int = 0
    unparsed: int = 0
    failed: int = 0
    refused: int = 0
    filtered: int = 0
    context_length: int = 0
    not_reached: int = 0
    truncated: int = 0

    @classmethod
    def of(cls, endings: Counts[Ending], truncated: int) -> "Coverage":
        """Return the coverage for so many judgments of each ending."""
        counts: dict[str, int] = {ending: endings[ending] for ending in ENDINGS}
        return cls(endings.total(), truncated=truncated, **counts)
