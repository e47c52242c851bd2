"""Aliases: under which names a server answered for a model, and whether they are the model's."""

from collections import Counter as Counts
from dataclasses import dataclass

from asynceval.conversation import Plan
from asynceval.report.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Alias:
    """How many replies of a model came under one name; `asked` is the name it was asked by."""

    kind: str
    model: str
    asked: str
    name: str
    n: int


class Names:
    """Counts the names in replies as they come; a reply without one counts for nothing."""

    def __init__(self, plan: Plan) -> None:
        """Start with nothing counted."""
        sweep = plan.sweep
        self._asked = {("answer", target.name): target.model for target in sweep.targets}
        self._asked |= {("judgment", judge.name): judge.model for judge in sweep.judges}
        self._counts: Counts[tuple[str, str, str]] = Counts()

    def add(self, outcome: Outcome) -> None:
        """Count the name under which one reply came."""
        if outcome.answered_by is not None:
            self._counts[outcome.cell.kind, outcome.cell.asked, outcome.answered_by] += 1

    def aliases(self) -> tuple[Alias, ...]:
        """Return the counts by kind, model and name."""
        return tuple(
            Alias(kind, model, self._asked[kind, model], name, n)
            for (kind, model, name), n in sorted(self._counts.items())
        )
