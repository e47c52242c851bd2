"""The rules about what goes out and when: limits, waits, outages, retries, halts, stops."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from asynceval.domain.events import EndpointBack, EndpointDown, EndpointHalted
from asynceval.domain.sweep import Endpoint
from tests.engine.simulation.course import Came, Sent, Stopped, Thing
from tests.engine.simulation.ended import Ended

_MOMENT = 1e-4
"""Seconds by which two moments may differ and be one: the clock takes a step now and then."""
_SAVED_UP = 20
_SHARE = 0.2
_TELLING, _DIFFERENT = 12, 3
"""Faults in a row that tell an outage, and of how many calls at least."""
_AFTER_OUTAGE = 2


def traffic(ended: Ended) -> Iterator[str]:
    """Yield what is against the rules in a part's requests."""
    yield from _rates(ended)
    yield from _in_flight(ended)
    sweep = ended.plan.sweep
    served = [(model.endpoint, model.name, model.model) for model in sweep.targets]
    served += [(model.endpoint, model.name, model.model) for model in sweep.judges]
    for end in ended.plan.sweep.endpoints:
        models = {name: wire for place, name, wire in served if place == end.name}
        watch = _Watch(end, models, ended.habits[end.name].outage)
        for at, thing in ended.course.things:
            yield from watch.see(at, thing)


def _in_flight(ended: Ended) -> Iterator[str]:
    most = {end.name: end.most_in_flight for end in ended.plan.sweep.endpoints}
    for at, sent in ended.course.things:
        if not isinstance(sent, Sent):
            continue
        if sent.of_account > most[sent.endpoint]:
            yield f"{sent.endpoint}: {sent.of_account} in flight at {at:.2f}"
        if sent.is_held:
            yield f"{sent.endpoint}: sent at {at:.2f} although the disk is full"


def _rates(ended: Ended) -> Iterator[str]:
    """No minute of an account has more requests or tokens than its limit."""
    gates = {end.name: end.gate for end in ended.plan.sweep.endpoints}
    requests: defaultdict[str, list[float]] = defaultdict(list)
    tokens: defaultdict[str, list[tuple[float, int]]] = defaultdict(list)
    begun: dict[str, float] = {}
    for at, thing in ended.course.things:
        if isinstance(thing, Sent):
            begun[thing.key] = at
            requests[gates[thing.endpoint]].append(at)
        elif isinstance(thing, Came) and thing.tokens is not None:
            tokens[gates[thing.endpoint]].append((begun[thing.key], sum(thing.tokens)))
    for end in {end.gate: end for end in ended.plan.sweep.endpoints}.values():
        if end.rpm is not None:
            times = requests[end.gate]
            for first, last in zip(times, times[int(end.rpm) :], strict=False):
                if last - first < 60:
                    yield f"{end.gate}: over {end.rpm} requests in the minute from {first:.2f}"
        if end.tpm is not None:
            yield from _minute(end.gate, sorted(tokens[end.gate]), end.tpm)


def _minute(gate: str, sent: list[tuple[float, int]], tpm: float) -> Iterator[str]:
    start, total = 0, 0
    for at, tokens in sent:
        total += tokens
        while sent[start][0] <= at - 60:
            total -= sent[start][1]
            start += 1
        if total > tpm:
            yield f"{gate}: {total} tokens in the minute before {at:.2f}"
            return


@dataclass(slots=True)
class _Watch:
    """Looks at the requests to one endpoint in their order."""

    end: Endpoint
    models: dict[str, str]
    outage: tuple[float, float] | None
    down_at: float | None = None
    probe_at: float = 0.0
    room: float | None = None
    """How many may be in flight since an outage is over; None before one, and long after."""
    back_at: float = 0.0
    in_flight: int = 0
    failing: list[str] = field(default_factory=list)
    """The keys of the faults since anything else came."""
    new: int = 0
    retries: int = 0
    is_stopped: bool = False
    halted: set[str] = field(default_factory=set)
    waits: dict[str, float] = field(default_factory=dict)
    cools: dict[str, float] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    """What came of each key when it was sent last; "outage" if all failed then."""
    seen: set[str] = field(default_factory=set)

    def see(self, at: float, thing: Thing) -> Iterator[str]:
        """Take the next thing; yield what is wrong with it."""
        match thing:
            case Stopped():
                self.is_stopped = True
            case Sent() if thing.endpoint == self.end.name:
                self.in_flight = thing.in_flight
                wrong = [*self.early(at, thing), *self.load(at, thing), *self.over(thing)]
                yield from (f"{self.end.name}: {what} at {at:.3f}" for what in wrong)
                self.seen.add(thing.key)
            case Came() if thing.endpoint == self.end.name:
                self.came(at, thing)
            case EndpointDown() if thing.endpoint == self.end.name:
                if self.down_at is None:
                    self.down_at = at
                    self.failed = dict.fromkeys(self.failed, "outage")
                self.probe_at, self.room = at + thing.wait, None
            case EndpointBack() if thing.endpoint == self.end.name:
                self.down_at, self.probe_at = None, 0.0
                self.room, self.back_at = float(self.in_flight), at
                self.failed = dict.fromkeys(self.failed, "outage")
                self.room += _AFTER_OUTAGE * len(set(self.models.values()))
            case EndpointHalted() if thing.endpoint == self.end.name:
                self.halted |= {thing.model} if thing.model else self.models.keys()

    def came(self, at: float, came: Came) -> None:
        """Note what came of a request."""
        self.in_flight -= 1
        if came.what == "slow":
            self.cools[came.model] = max(self.cools.get(came.model, 0.0), at + came.wait)
        self.waits[came.key] = at + came.wait
        self.failed[came.key] = came.what if self.down_at is None else "outage"
        if came.what == "fault":
            self.failing.append(came.key)
        elif came.what != "dropped":
            self.failing.clear()
        if came.what == "reply" and self.room is not None:
            self.room += 1

    def early(self, at: float, sent: Sent) -> Iterator[str]:
        """No call goes out before the wait is over that the server asked for, nor does its model."""
        until = max(self.waits.get(sent.key, 0.0), self.cools.get(sent.model, 0.0))
        if at < until - _MOMENT:
            yield f"sent {until - at:.3f} s too early"

    def load(self, at: float, sent: Sent) -> Iterator[str]:
        """Neither an outage nor faults multiply the load.

        A dozen faults in a row tell an outage; then probes go out one by one. Otherwise retries after
        faults are a fifth of the new calls, one a second, and twenty. When an outage is over, calls
        start with two in flight for each model, and each reply makes room for one.
        """
        is_told = self.down_at is not None or len(set(self.failing)) < _DIFFERENT
        if len(self.failing) >= _TELLING and not is_told:
            yield f"sent after {len(self.failing)} faults in a row"
        if self.down_at is not None and at < self.probe_at - _MOMENT:
            yield f"sent {self.probe_at - at:.3f} s before the next probe"
        if self.down_at is not None:
            self.probe_at = float("inf")
        if sent.key not in self.seen:
            self.new += 1
        elif self.failed.get(sent.key) in ("fault", "unusable") and self.down_at is None:
            self.retries += 1
        most = _SAVED_UP + _SHARE * self.new + at + 1
        if self.retries > most:
            yield f"{self.retries} retries after faults, of {self.new} new calls"
        if self.room is not None and at < self.back_at + 10 and sent.in_flight > self.room:
            yield f"{sent.in_flight} in flight right after an outage"

    def over(self, sent: Sent) -> Iterator[str]:
        """Nothing is sent where nothing is to be sent any more."""
        if self.is_stopped:
            yield "sent after the stop"
        if all(name in self.halted for name, wire in self.models.items() if wire == sent.model):
            yield f"sent to {sent.model} after its halt"
