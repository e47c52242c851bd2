"""The tally: every number the progress shows, counted from events.

It knows no clock and no terminal. Counting takes a constant, small time, because a resumed run
replays hundreds of thousands of stored calls in a moment; what needs work is worked out when asked.
"""

from collections import Counter
from collections.abc import Iterable
from math import inf

from asynceval.domain.cell import Cell
from asynceval.domain.events import (
    AnswerLanded,
    CallFailed,
    CallRetried,
    EndpointHalted,
    Event,
    GateStatus,
    JudgmentLanded,
    Lane,
    Pulsed,
    ServerReady,
    ServerStarted,
    SweepEnded,
    SweepStarted,
    SweepStopping,
)
from asynceval.domain.failure import Cause
from asynceval.domain.reply import Usage
from asynceval.domain.verdict import Score, Unparsed
from asynceval.progress.lane_count import LaneCount
from asynceval.progress.window import Window

FEW = 3
"""Calls that must have come back from an endpoint before its speed says anything."""


class Tally:
    """What has happened so far: the only state of the progress display."""

    def __init__(self) -> None:
        """Start before the sweep: no plan, nothing counted."""
        self.name = ""
        self.run_dir = ""
        self.seconds = 0.0
        self.lanes: tuple[LaneCount, ...] = ()
        self.gates: tuple[GateStatus, ...] = ()
        self.starting: dict[str, ServerStarted] = {}
        self.halted: dict[tuple[str, str | None], EndpointHalted] = {}
        self.retries: Counter[Cause] = Counter()
        self.failures: Counter[Cause] = Counter()
        self.stopping: SweepStopping | None = None
        self.ended: SweepEnded | None = None
        self._targets: dict[str, LaneCount] = {}
        self._judges: dict[str, LaneCount] = {}
        self._at: dict[str, tuple[LaneCount, ...]] = {}
        self._windows: dict[str, Window] = {}
        self._marked = -inf

    def count(self, event: Event) -> None:
        """Add one event. Cells outside the plan count nowhere."""
        match event:
            case AnswerLanded():
                if lane := self._targets.get(event.cell.target):
                    _land(lane, event.usage, stored=event.stored)
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
            case _:
                self._note(event)

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

    @property
    def cost(self) -> float | None:
        """US dollars paid in this run to the lanes that have a price; None if none has."""
        return cost_of(self.lanes)

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
        """Return the seconds until the slowest endpoint is through; None while unknown.

        An endpoint's speed is taken from the calls it answered in the last minute, or in the
        last few calls if these took longer. What was stored is no speed, and what cannot come any
        more (failed, halted) is not waited for.
        """
        slowest = 0.0
        for endpoint, window in self._windows.items():
            lanes = self._at[endpoint]
            remaining = sum(lane.remaining for lane in lanes if not self.is_halted(lane.lane))
            if not remaining:
                continue
            calls = sum(lane.calls for lane in lanes)
            rates = window.rates(self.seconds, calls, 0)
            if calls < FEW or not rates or not rates[0]:
                return None
            slowest = max(slowest, remaining / rates[0])
        return slowest if self.lanes else None

    def lanes_at(self, endpoint: str) -> tuple[LaneCount, ...]:
        """Return the lanes that use an endpoint."""
        return self._at.get(endpoint, ())

    def is_halted(self, lane: Lane) -> bool:
        """Whether nothing more is sent for this lane."""
        return (lane.endpoint, None) in self.halted or (lane.endpoint, lane.name) in self.halted

    def _plan(self, event: SweepStarted) -> None:
        self.name, self.run_dir = event.name, event.run_dir
        self.lanes = tuple(LaneCount(lane) for lane in event.lanes)
        self._targets = {lane.lane.name: lane for lane in self.lanes if lane.lane.kind == "target"}
        self._judges = {lane.lane.name: lane for lane in self.lanes if lane.lane.kind == "judge"}
        self._at = {}
        for lane in self.lanes:
            self._at[lane.lane.gate] = (*self._at.get(lane.lane.gate, ()), lane)
        self._windows = {endpoint: Window(60.0, FEW) for endpoint in self._at}

    def _note(self, event: Event) -> None:
        match event:
            case SweepStarted():
                self._plan(event)
            case ServerStarted():
                self.starting[event.endpoint] = event
            case ServerReady():
                self.starting.pop(event.endpoint, None)
            case EndpointHalted():
                self.halted[event.endpoint, event.model] = event
            case SweepStopping():
                self.stopping = event
            case SweepEnded():
                self.ended = event
                self.seconds = event.seconds

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
        _land(judge, event.usage, stored=event.stored)
        if isinstance(verdict, Score):
            judge.scores += 1
            judge.score_sum += verdict.value
            if target := self._targets.get(cell.target):
                target.scores += 1
                target.score_sum += verdict.value
        elif isinstance(verdict, Unparsed):
            judge.unparsed += 1

    def _pulse(self, event: Pulsed) -> None:
        self.seconds = event.seconds
        self.gates = event.gates
        if event.seconds - self._marked < 1:
            return
        self._marked = event.seconds
        busy = {endpoint.name for endpoint in event.gates if endpoint.in_flight}
        for lane in self.lanes:
            lane.mark(event.seconds)
        for name, window in self._windows.items():
            calls = sum(lane.calls for lane in self._at[name])
            if not calls and name not in busy:
                window.restart(event.seconds, 0, 0)  # a server that starts up is not slow
            else:
                window.mark(event.seconds, calls, 0)


def cost_of(lanes: Iterable[LaneCount]) -> float | None:
    """Return the dollars paid in this run to the lanes that have a price; None if none has."""
    known = [lane.cost for lane in lanes if lane.cost is not None]
    return sum(known) if known else None


def _land(lane: LaneCount, usage: Usage, *, stored: bool) -> None:
    lane.done += 1
    if stored:
        lane.stored += 1
        return
    lane.calls += 1
    if usage.prompt_tokens is None or usage.completion_tokens is None:
        lane.uncounted += 1
    lane.prompt_tokens += usage.prompt_tokens or 0
    lane.completion_tokens += usage.completion_tokens or 0
