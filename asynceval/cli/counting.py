"""Counting what lands in a run. What it takes to count is loaded while the first replies are awaited."""

from functools import cached_property
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING

from asynceval.domain.events import AnswerLanded, JudgmentLanded
from asynceval.protocol.conversation import Plan
from asynceval.report.outcomes import Outcome

if TYPE_CHECKING:
    from asynceval.report.summary import Counter


class Counting:
    """Counts answers and judgments as they land.

    The counter stands on numpy, which takes as long to import as a model to answer: a thread does that
    from the start, and whoever needs the counter first waits for what is left of it.
    """

    def __init__(self, plan: Plan) -> None:
        """Start with nothing counted."""
        self._plan = plan
        self._importing = Thread(target=import_module, args=("asynceval.report.summary",))

    def begin(self) -> None:
        """Begin to import."""
        self._importing.start()

    @cached_property
    def counter(self) -> "Counter":
        """What has been counted so far."""
        if self._importing.ident is not None:
            self._importing.join()
        from asynceval.report.summary import Counter

        return Counter(self._plan)

    def add(self, event: AnswerLanded | JudgmentLanded) -> None:
        """Count what has landed."""
        if isinstance(event, AnswerLanded):
            outcome = Outcome.answered(event.cell, event.key, event.reply)
        else:
            replies = [(asked.key, asked.reply) for asked in event.before]
            replies.append((event.key, event.reply))
            outcome = Outcome.judged(event.cell, replies, event.verdict, event.rungs)
        self.counter.add(outcome)
