"""What was measured by a clock: the times of calls, and what they waited for."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from asynceval.protocol.conversation import Plan
from asynceval.report.timing import Timing, timings
from asynceval.report.waiting import Waiting, waiting
from asynceval.store.store import Store
from asynceval.store.waitlog import read_waits


@dataclass(frozen=True, slots=True)
class Clocked:
    """The times of each model's calls, and the waits at each account, over all runs."""

    timings: tuple[Timing, ...]
    waiting: tuple[Waiting, ...]

    def document(self) -> dict[str, Any]:
        """Return the keys that `asynceval report --json --speed` adds."""
        return {
            "timing": [asdict(its) for its in self.timings],
            "waiting": [asdict(its) for its in self.waiting],
        }


def clocked(plan: Plan, store: Store, folder: Path) -> Clocked:
    """Return what was measured in a run directory, which takes a pass over its log."""
    return Clocked(timings(plan, store.records()), waiting(read_waits(folder)))
