"""Reading: a run directory as its plan, its summary and its outcomes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from asynceval.domain.failure import Cause
from asynceval.protocol.conversation import Plan
from asynceval.report.outcomes import Outcome, outcomes, read_causes
from asynceval.report.summary import Summary, summarise
from asynceval.store.request import read
from asynceval.store.store import Store


@dataclass(frozen=True, slots=True)
class Reading:
    """An opened run directory. Nothing of it is changed."""

    plan: Plan
    store: Store
    causes: dict[bytes, Cause]

    def outcomes(self) -> Iterator[Outcome]:
        """Yield what every cell of the plan came to, an answer before its judgments."""
        return outcomes(self.plan, self.store, self.causes)

    def summary(self) -> Summary:
        """Count and average all outcomes, which takes a pass over the log."""
        return summarise(self.plan, self.outcomes())


@contextmanager
def reading(folder: Path) -> Iterator[Reading]:
    """Open a run directory to read; StorageError if it is none, or is damaged."""
    plan = read(folder)
    causes = read_causes(folder)
    with Store(folder, write=False) as store:
        yield Reading(plan, store, causes)
