"""A part of a scene that has ended, as the rules look at it."""

from collections.abc import Mapping
from dataclasses import dataclass

from asynceval.protocol.conversation import Plan
from asynceval.store.line import Record
from tests.engine.fakes import Rig
from tests.engine.simulation.course import Course
from tests.engine.simulation.scene import Habits, Part


@dataclass(frozen=True, slots=True)
class Ended:
    """What was wanted, what happened, and what the log held `before` and `after`, by key.

    `lost` is how many attempts it has added to those that may be paid for without a reply.
    `is_full` if the disk was full for too long; `filled` counts the cells that have their reply.
    """

    plan: Plan
    habits: Mapping[str, Habits]
    part: Part
    course: Course
    rig: Rig
    before: Mapping[str, Record]
    after: Mapping[str, Record]
    lost: int
    is_full: bool
    filled: int

    @property
    def is_whole(self) -> bool:
        """Whether it came to its end by itself."""
        return self.part.how == "whole" and not self.is_full
