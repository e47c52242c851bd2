"""Answers: how many of each model's there are, and how many of them are out of the ordinary."""

from collections import Counter as Counts
from collections import defaultdict
from dataclasses import dataclass

from asynceval.protocol.conversation import Plan
from asynceval.report.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of one model: `n` of those `expected` are there, and all of them are judged.

    Among the `n` may be some that were cut (`truncated`), that hold nothing a judge could see
    (`empty`), or that hold what looks like a verdict or a judge's template (`imitations`).
    """

    model: str
    expected: int
    n: int
    truncated: int
    empty: int
    imitations: int


class Roll:
    """Counts answers as they come, in any order."""

    def __init__(self, plan: Plan) -> None:
        """Start with nothing counted."""
        self._models = [target.name for target in plan.sweep.targets]
        self._expected = sum(len(q.turns) for q in plan.questions) * plan.sweep.choices
        self._counts: defaultdict[str, Counts[str]] = defaultdict(Counts)

    def add(self, outcome: Outcome) -> None:
        """Count the cell of one answer, whether it is there or not."""
        counts = self._counts[outcome.cell.target]
        counts["n"] += outcome.usage is not None
        counts["truncated"] += outcome.is_truncated
        counts["empty"] += outcome.is_empty
        counts["imitations"] += outcome.is_imitation

    def answers(self) -> tuple[Answers, ...]:
        """Return the counts of each model, in the order of the plan."""
        return tuple(self._of(model) for model in self._models)

    def _of(self, model: str) -> Answers:
        counts = self._counts[model]
        return Answers(
            model,
            self._expected,
            counts["n"],
            counts["truncated"],
            counts["empty"],
            counts["imitations"],
        )
