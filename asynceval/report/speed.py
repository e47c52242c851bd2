"""Speed: how soon streamed answers began, and how fast they went on."""

from collections import defaultdict
from dataclasses import dataclass
from statistics import median

from asynceval.report.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Speed:
    """One model's streamed answers, `n` of them: medians, None where nothing was measured.

    `first_token` are the seconds from sending to the first words, thinking included; `tokens_per_second`
    is the rate from there to the last.
    """

    model: str
    n: int
    first_token: float | None
    tokens_per_second: float | None


class Stopwatch:
    """Gathers the times of answers as they come."""

    def __init__(self) -> None:
        """Start with nothing measured."""
        self._firsts: defaultdict[str, list[float]] = defaultdict(list)
        self._rates: defaultdict[str, list[float]] = defaultdict(list)

    def add(self, outcome: Outcome) -> None:
        """Gather an answer, if it was measured."""
        if outcome.first_words is not None:
            self._firsts[outcome.cell.target].append(outcome.first_words)
        if outcome.tokens_per_second is not None:
            self._rates[outcome.cell.target].append(outcome.tokens_per_second)

    def speeds(self) -> tuple[Speed, ...]:
        """Return the speed of each model whose answers were streamed, by name."""
        return tuple(
            Speed(model, len(firsts), median(firsts), _median(self._rates[model]))
            for model, firsts in sorted(self._firsts.items())
        )


def _median(values: list[float]) -> float | None:
    return median(values) if values else None
