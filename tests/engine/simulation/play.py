"""Playing a scene: its parts one after the other in one directory, and a last one in which all is calm."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from errno import ENOSPC
from hashlib import sha256
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from anyio import CancelScope, NoEventLoopError, create_task_group, current_time, sleep

from asynceval.domain.errors import DiskFullError
from asynceval.domain.sweep import Sweep
from asynceval.engine.retry import Policy
from asynceval.protocol.conversation import Plan
from asynceval.store.disk import Disk
from asynceval.store.line import Record
from asynceval.store.store import Store
from tests.engine.fakes import Rig, rig
from tests.engine.simulation.course import Course, Stopped, Thing
from tests.engine.simulation.ended import Ended
from tests.engine.simulation.rules import broken_rules, whole
from tests.engine.simulation.scene import CALM, Habits, Part, Scene, scene
from tests.engine.simulation.server import Servers
from tests.virtual_time import run

_PATIENCE = Policy(patience=400, outage=200)
_LAST_LINES = 600
"""Bytes of which a crash may take a part along: one record or two."""


@dataclass(frozen=True, slots=True)
class Played:
    """A scene that has been played: all that happened, and what was against the rules."""

    scene: Scene
    course: tuple[tuple[float, Thing], ...]
    wrong: tuple[str, ...]

    @property
    def trace(self) -> bytes:
        """A hash over all that happened, and when.

        What is dropped at one moment is dropped in the order of a set, so that order does not count.
        """
        things = sorted((at, repr(thing)) for at, thing in self.course)
        return sha256(repr(things).encode()).digest()


def play(seed: int) -> Played:
    """Play a seed to its end and look for what must not be."""
    drawn, random = scene(seed), Random(seed + 1)
    course: list[tuple[float, Thing]] = []
    wrong: list[str] = []
    with TemporaryDirectory() as name:
        for number, part in enumerate(drawn.parts, 1):
            ended = _part(drawn.plan, drawn.habits, part, Path(name), random)
            course += ended.course.things
            wrong += (f"part {number}: {what}" for what in broken_rules(ended))
            if part.how == "torn":
                _tear(Path(name), random)
        calm = replace(drawn.plan, sweep=_unbounded(drawn.plan))
        habits = dict.fromkeys(drawn.habits, CALM)
        ended = _part(calm, habits, Part(), Path(name), random)
        course += ended.course.things
        wrong += (f"at last: {what}" for what in broken_rules(ended))
        wrong += (f"at last: {what}" for what in whole(ended, is_plain=drawn.is_plain))
    return Played(drawn, tuple(course), tuple(wrong))


def _part(
    plan: Plan, habits: Mapping[str, Habits], part: Part, folder: Path, random: Random
) -> Ended:
    """Run the plan in a directory, as one part of the scene."""
    course = Course()
    servers = Servers(plan.sweep.endpoints, dict(habits), random, course)
    before = stored(folder)
    with rig(
        folder,
        servers,
        *plan.sweep.endpoints,
        policy=_PATIENCE,
        wanted=plan.sweep,
        seed=random.randrange(2**32),
        disk=_disk(part),
    ) as r:
        r.listen(course.note)
        servers.is_held = lambda: r.space.unkept > 0
        lost = _lost(r.store)
        is_full, filled = run(_hold, r, plan, part, course)
        lost = _lost(r.store) - lost
    return Ended(plan, habits, part, course, r, before, stored(folder), lost, is_full, filled)


async def _hold(r: Rig, plan: Plan, part: Part, course: Course) -> tuple[bool, int]:
    """Run to the end, or until it is stopped or killed: whether the disk was full, and cells filled."""
    sweep, is_full = r.sweep(plan), False
    try:
        async with create_task_group() as tasks:
            if part.how != "whole":
                tasks.start_soon(_end, r, part, course, tasks.cancel_scope)
            await sweep.run()
            tasks.cancel_scope.cancel()
    except* DiskFullError:
        is_full = True
    return is_full, sweep.filled


async def _end(r: Rig, part: Part, course: Course, all_of_it: CancelScope) -> None:
    """Stop the run as an interrupt does, or drop everything as a kill does."""
    await sleep(part.at)
    course.note(Stopped())
    if part.how == "stopped":
        r.request_stop()
    else:
        all_of_it.cancel()


def _disk(part: Part) -> Disk:
    """Return a disk that is full for a while; of what does not fit, a part may be there."""
    full = part.disk_full
    if full is None:
        return Disk()

    def write(descriptor: int, content: bytes) -> int:
        if not full[0] <= _now() < full[1]:
            return os.write(descriptor, content)
        if len(content) > 1 and len(content) % 3:
            return os.write(descriptor, content[: len(content) // 2])
        raise OSError(ENOSPC, os.strerror(ENOSPC))

    return Disk(write=write)


def _now() -> float:
    """Return the time; a store is opened before it begins."""
    try:
        return current_time()
    except NoEventLoopError:
        return -1.0


def _tear(folder: Path, random: Random) -> None:
    """Cut the log as a crash does that comes before its last lines were on the disk."""
    log = folder / "calls-1.jsonl"
    size = log.stat().st_size
    os.truncate(log, random.randint(max(0, size - _LAST_LINES), size))


def _unbounded(plan: Plan) -> Sweep:
    """Return the sweep without its budgets."""
    judges = tuple(replace(judge, budget=None) for judge in plan.sweep.judges)
    return replace(plan.sweep, budget=None, judges=judges)


def _lost(store: Store) -> int:
    return sum(lost.attempts for lost in store.lost().values())


def stored(folder: Path) -> dict[str, Record]:
    """Return the records of a directory by their keys."""
    with Store(folder, write=False) as store:
        return {record.key.hex(): record for record in store.records()}
