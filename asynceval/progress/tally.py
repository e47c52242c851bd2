"""The tally: every number the progress shows, counted from events.

It knows no clock and no terminal. Counting takes a constant, small time, because a resumed run
replays hundreds of thousands of stored calls in a moment; what needs work is worked out when asked.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from asynceval.domain.cell import Cell
from asynceval.domain.events import (
    AnswerLanded,
    CallFailed,
    CallRetried,
    Event,
    GateStatus,
    JudgmentLanded,
    Lane,
    Pulsed,
    SweepEnded,
    SweepStarted,
    Wait,
)
from asynceval.domain.failure import Cause
from asynceval.domain.reply import Usage
from asynceval.domain.verdict import Score, Unparsed
from asynceval.domain.waits import Waits
from asynceval.progress.lane_count import LaneCount
from asynceval.progress.news import News
from asynceval.progress.pace import Pace


class Tally:
    """What has happened so far: the only state of the progress display."""

    def __init__(self) -> None:
        """Start before the sweep: no plan, nothing counted."""
        self.name = ""
        self.run_dir = ""
        self.seconds = 0.0
        self.lanes: tuple[LaneCount, ...] = ()
        self.gates: tuple[GateStatus, ...] = ()
        self.news = News()
        self.retries: Counter[Cause] = Counter()
        self.failures: Counter[Cause] = Counter()
        self.ended: SweepEnded | None = None
        self._targets: dict[str, LaneCount] = {}
        self._judges: dict[str, LaneCount] = {}
        self._pace = Pace()
        self._waits = Waits()

    def count(self, event: Event) -> None:
        """Add one event. Cells outside the plan count nowhere."""
        match event:
            case AnswerLanded():
                if lane := self._targets.get(event.cell.target):
                    _land(lane, event.reply.usage, stored=event.stored)
            case JudgmentLanded():
                self._count_judgment(event)
            case Pulsed():
                self._pulse(event)
            case CallRetried():
                self.retries[event.failure.cause] += 1
                if lane := self._lane_of(event.cell):
                    lane.retried += 1
            case CallFailed():
                self._count_failure(event)
            case SweepStarted():
                self._plan(event)
            case SweepEnded():
                self.ended = event
                self.seconds = event.seconds
            case _:
                self.news.note(event, self.seconds)

    @property
    def done(self) -> int:
        """Cells filled, before this run or in it."""
        return sum(lane.done for lane in self.lanes)

    @property
    def total(self) -> int:
        """Cells in the plan."""
        return sum(lane.lane.total for lane in self.lanes)

    @property
    def failed(self) -> int:
        """Calls that ended without a reply."""
        return sum(lane.failed for lane in self.lanes)

    @property
    def in_flight(self) -> int:
        """Calls that are with the servers now."""
        return sum(endpoint.in_flight for endpoint in self.gates)

    def rates(self, lanes: Iterable[LaneCount] | None = None) -> tuple[float, float] | None:
        """Return calls and tokens a second: of late, or on average once the sweep has ended."""
        if self.ended:
            chosen = self.lanes if lanes is None else tuple(lanes)
            if not self.seconds:
                return None
            calls, tokens = sum(lane.calls for lane in chosen), sum(lane.tokens for lane in chosen)
            return calls / self.seconds, tokens / self.seconds
        known = [
            rates
            for lane in (self.lanes if lanes is None else lanes)
            if (rates := lane.rates(self.seconds)) is not None
        ]
        if not known:
            return None
        return sum(calls for calls, _ in known), sum(tokens for _, tokens in known)

    def eta(self) -> float | None:
        """Return the seconds until the slowest gate is through; None while unknown.

        What cannot come any more (failed, halted) is not waited for. While an endpoint is down, or
        the disk is full, nobody knows.
        """
        if self.awaited is not None or self.is_disk_full:
            return None
        return self._pace.left(self.seconds, lambda lane: not self.is_halted(lane.lane))

    @property
    def awaited(self) -> str | None:
        """An endpoint that is down and still has cells to fill; None if there is none."""
        down = self.news.down
        for lane in self.lanes:
            if lane.lane.endpoint in down and lane.remaining and not self.is_halted(lane.lane):
                return lane.lane.endpoint
        return None

    @property
    def is_disk_full(self) -> bool:
        """Whether calls wait until what they bring can be kept."""
        return any(gate.waits_for == "disk" for gate in self.gates)

    def waits(self) -> Mapping[str, Mapping[Wait, float]]:
        """Return for each gate how many seconds its calls waited, by what they waited for."""
        return self._waits.gates

    def share(self, gate: str, wait: Wait) -> float:
        """Return the part of the time so far, from 0 to 1, that calls at a gate waited for this."""
        return self._waits.share(gate, wait)

    def lanes_at(self, gate: str) -> tuple[LaneCount, ...]:
        """Return the lanes whose calls go through a gate."""
        return self._pace.lanes_at(gate)

    def is_halted(self, lane: Lane) -> bool:
        """Whether nothing more is sent for this lane."""
        halted = self.news.halted
        return (lane.endpoint, None) in halted or (lane.endpoint, lane.name) in halted

    def _plan(self, event: SweepStarted) -> None:
        self.name, self.run_dir = event.name, event.run_dir
        self.lanes = tuple(LaneCount(lane) for lane in event.lanes)
        self._targets = {lane.lane.name: lane for lane in self.lanes if lane.lane.kind == "target"}
        self._judges = {lane.lane.name: lane for lane in self.lanes if lane.lane.kind == "judge"}
        self._pace = Pace(self.lanes)

    def _pulse(self, event: Pulsed) -> None:
        self.seconds = event.seconds
        self.gates = event.gates
        self.news.pulse(event)
        self._waits.pulse(event)
        self._pace.pulse(event)

    def _count_failure(self, event: CallFailed) -> None:
        cause = event.failure.cause
        self.failures[cause] += 1
        if lane := self._lane_of(event.cell):
            if cause is Cause.NOT_REACHED:
                lane.not_reached += 1
            else:
                lane.failed += 1

    def _lane_of(self, cell: Cell) -> LaneCount | None:
        return (
            self._targets.get(cell.target) if cell.judge is None else self._judges.get(cell.judge)
        )

    def _count_judgment(self, event: JudgmentLanded) -> None:
        cell, verdict = event.cell, event.verdict
        judge = self._judges.get(cell.judge or "")
        if judge is None:
            return
        _land(judge, event.reply.usage, stored=event.stored)
        for asked in event.before:
            if not asked.stored:
                _pay(judge, asked.reply.usage)
        if isinstance(verdict, Score):
            judge.scores += 1
            judge.score_sum += verdict.value
            if target := self._targets.get(cell.target):
                target.scores += 1
                target.score_sum += verdict.value
        elif isinstance(verdict, Unparsed):
            judge.unparsed += 1


def cost_of(lanes: Iterable[LaneCount]) -> float | None:
    """Return the dollars paid in this run to the lanes that have a price; None if none has."""
    known = [lane.cost for lane in lanes if lane.cost is not None]
    return sum(known) if known else None


def _land(lane: LaneCount, usage: Usage, *, stored: bool) -> None:
    lane.done += 1
    if stored:
        lane.stored += 1
    else:
        _pay(lane, usage)


def _pay(lane: LaneCount, usage: Usage) -> None:
    lane.calls += 1
    if usage.prompt_tokens is None or usage.completion_tokens is None:
        lane.uncounted += 1
    lane.prompt_tokens += usage.prompt_tokens or 0
    lane.completion_tokens += usage.completion_tokens or 0
