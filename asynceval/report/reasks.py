"""Reasks: how many judgments needed another call before their words held a verdict."""

from collections import Counter as Counts
from dataclasses import dataclass

from asynceval.domain.verdict import Unparsed
from asynceval.protocol.conversation import Plan
from asynceval.report.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Reasks:
    """The judgments of one judge that are there, and how many of them took each rung of the ladder.

    `asked_again` took any; `unparsed` came to nothing on all they took.
    """

    judge: str
    n: int
    asked_again: int
    longer: int
    reformat: int
    fresh: int
    unparsed: int


class Climbs:
    """Counts judgments as they come, in any order."""

    def __init__(self, plan: Plan) -> None:
        """Start with nothing counted."""
        self._judges = [judge.name for judge in plan.sweep.judges]
        self._counts: Counts[tuple[str, str]] = Counts()

    def add(self, judge: str, outcome: Outcome) -> None:
        """Count one judgment, if it is there."""
        if outcome.verdict is None:
            return
        self._counts[judge, "n"] += 1
        if isinstance(outcome.verdict, Unparsed):
            self._counts[judge, "unparsed"] += 1
        if outcome.rungs:
            self._counts[judge, "asked_again"] += 1
            self._counts.update((judge, rung) for rung in outcome.rungs)

    def reasks(self) -> tuple[Reasks, ...]:
        """Return the counts of each judge, in the order of the plan."""
        return tuple(
            Reasks(
                judge,
                *(
                    self._counts[judge, what]
                    for what in ("n", "asked_again", "longer", "reformat", "fresh", "unparsed")
                ),
            )
            for judge in self._judges
        )
