"""The duration: how long the rest of a plan takes, and which limit it takes that long for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from asynceval.domain.sweep import Endpoint, Parallel, Sweep
from asynceval.report.estimate import ENOUGH, Row
from asynceval.report.survey import Model
from asynceval.stats.span import Sample, Span

AUTO: Final = 50
"""Calls in flight that `parallel = "auto"` is reckoned with: nobody knows before."""
_LATENCY: Final = Span(0.0, 0.5, 2.0)
_SECONDS_A_TOKEN: Final = Span(1 / 500, 1 / 60, 1 / 20)
ASSUMED: Final = "calls of 0 to 2 seconds, and 20 to 500 tokens a second"


@dataclass(frozen=True, slots=True)
class Bound:
    """Seconds that one limit alone would take.

    `limit` is "in flight", "rpm" or "tpm" at the gate of this name; or "turns", the time of one
    conversation from its first turn to its last judgment, which no parallel shortens.
    """

    gate: str
    limit: str
    seconds: Span


@dataclass(frozen=True, slots=True)
class Duration:
    """How long the calls to do take, and the limit that it is for; None when there are none."""

    seconds: Span
    binding: Bound | None


def duration(
    sweep: Sweep,
    rows: Sequence[Row],
    took: Mapping[Model, Sample],
    turns: int,
    parallel: Parallel | None = None,
) -> Duration:
    """Return how long it takes; `took` are the seconds of stored calls, by model.

    All gates work at once and stream into each other, so the slowest limit decides. `turns` is the
    longest conversation. With `parallel` every gate has so many calls in flight instead of its own.
    """
    seconds = {(row.kind, row.model): _seconds(row, took) for row in rows if row.todo}
    bounds = [*_bounds(sweep, rows, seconds, parallel), *_turns(rows, seconds, turns)]
    if not bounds:
        return Duration(Span(), None)
    spans = [bound.seconds for bound in bounds]
    longest = Span(max(s.low for s in spans), max(s.mid for s in spans), max(s.high for s in spans))
    return Duration(longest, max(bounds, key=lambda bound: bound.seconds.mid))


def _bounds(
    sweep: Sweep, rows: Iterable[Row], seconds: Mapping[Model, Span], parallel: Parallel | None
) -> Iterable[Bound]:
    endpoints = {endpoint.name: endpoint for endpoint in sweep.endpoints}
    gates: dict[str, Endpoint] = {}
    calls: defaultdict[str, int] = defaultdict(int)
    busy: defaultdict[str, Span] = defaultdict(Span)
    tokens: defaultdict[str, Span] = defaultdict(Span)
    for row in rows:
        endpoint = endpoints[row.endpoint]
        gate = endpoint.gate
        if row.todo:
            gates[gate] = endpoint
            calls[gate] += row.todo
            busy[gate] += seconds[row.kind, row.model] * row.todo
            tokens[gate] += row.reserved if endpoint.charges_max_tokens else row.tokens
    for gate, limits in gates.items():
        most = limits.parallel if parallel is None else parallel
        places = AUTO if most == "auto" else most
        yield Bound(gate, "in flight", busy[gate] * (1 / places))
        if limits.rpm is not None:
            minutes = calls[gate] / limits.rpm
            yield Bound(gate, "rpm", Span(minutes, minutes, minutes) * 60)
        if limits.tpm is not None:
            yield Bound(gate, "tpm", tokens[gate] * (60 / limits.tpm))


def _turns(rows: Iterable[Row], seconds: Mapping[Model, Span], turns: int) -> Iterable[Bound]:
    """Yield the time of one conversation with each model, for those that have any to do."""
    endings = [seconds[row.kind, row.model] for row in rows if row.kind == "judgment" and row.todo]
    last = max(endings, key=lambda span: span.mid, default=Span())
    for row in rows:
        if row.kind == "answer" and row.todo:
            yield Bound(row.model, "turns", seconds[row.kind, row.model] * turns + last)


def _seconds(row: Row, took: Mapping[Model, Sample]) -> Span:
    """Return the seconds of one call."""
    sample = took.get((row.kind, row.model))
    if sample is not None and sample.count >= ENOUGH:
        return sample.mean_of(row.todo)
    return _LATENCY + _SECONDS_A_TOKEN * (row.completion * (1 / row.todo))
