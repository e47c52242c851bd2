"""Weights: how many verdicts were weighed by the probabilities of what else the judge might have said."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from asynceval.domain.verdict import Choice, Score
from asynceval.protocol.conversation import Plan
from asynceval.report.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Weights:
    """Of a judge's `n` verdicts the `weighted`, and the mean `mass` of probability that they cover.

    `preference` is by model the mean probability that its answer is the better one of a pair, a tie
    counting half, over the weighted games in whatever order.
    """

    judge: str
    n: int
    weighted: int
    mass: float | None
    preference: Mapping[str, float]


@dataclass(slots=True)
class _Sum:
    n: int = 0
    total: float = 0.0

    def add(self, value: float) -> None:
        self.n += 1
        self.total += value


@dataclass(slots=True)
class Scales:
    """Gathers the verdicts of judges that are asked for probabilities, as they come."""

    plan: Plan
    _n: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    _mass: defaultdict[str, _Sum] = field(default_factory=lambda: defaultdict(_Sum))
    _preference: defaultdict[tuple[str, str], _Sum] = field(
        default_factory=lambda: defaultdict(_Sum)
    )

    def add(self, judge: str, outcome: Outcome) -> None:
        """Take in one judgment."""
        verdict, cell = outcome.verdict, outcome.cell
        if not isinstance(verdict, Score | Choice):
            return
        self._n[judge] += 1
        if verdict.mass is None:
            return
        self._mass[judge].add(verdict.mass)
        if isinstance(verdict, Choice) and verdict.preference is not None and cell.opponent:
            shown = (
                (cell.target, cell.opponent) if cell.order == 1 else (cell.opponent, cell.target)
            )
            self._preference[judge, shown[0]].add(verdict.preference)
            self._preference[judge, shown[1]].add(1 - verdict.preference)

    def weights(self) -> tuple[Weights, ...]:
        """Return what there is of each judge that is asked for probabilities."""
        return tuple(
            Weights(
                judge.name,
                self._n[judge.name],
                mass.n,
                mass.total / mass.n if mass.n else None,
                {
                    model: its.total / its.n
                    for (name, model), its in sorted(self._preference.items())
                    if name == judge.name
                },
            )
            for judge in self.plan.sweep.judges
            if judge.logprobs
            for mass in [self._mass[judge.name]]
        )
