"""A row for each endpoint: how much it does, and what the next call waits for."""

from collections.abc import Sequence

from asynceval.domain.events import GateStatus
from asynceval.progress.grid import Cell, Column, Row, header
from asynceval.progress.tally import Tally
from asynceval.progress.wording import of_total, one_line, rate, share

NOTHING = Cell("·", "bright_black")
COLUMNS = (
    Column("in flight", 9),
    Column("calls/s", 7, 1),
    Column("waiting", 7, 3),
    Column("for", 9, 2),
    Column("of time", 7, 6, is_optional=True),
    Column("rpm", 6, 4),
    Column("tpm", 7, 7, is_optional=True),
    Column("429s", 5, 5),
)


def endpoint_rows(tally: Tally, room: int) -> list[Row]:
    """Return at most `room` rows: a title and the endpoints, those that wait or halted first."""
    endpoints = tally.gates
    if room < 2 or not endpoints:
        return []
    most = room - 1
    rows = [header("endpoints", COLUMNS)]
    if len(endpoints) <= most:
        return rows + [_row(tally, endpoint) for endpoint in endpoints]
    ranked = sorted(endpoints, key=lambda endpoint: (not endpoint.halted, -endpoint.in_flight))
    shown = [endpoint for endpoint in endpoints if endpoint in ranked[: most - 1]]
    others = [endpoint for endpoint in endpoints if endpoint not in shown]
    return rows + [_row(tally, endpoint) for endpoint in shown] + [_others(tally, others)]


def _row(tally: Tally, endpoint: GateStatus) -> Row:
    calls, _ = tally.rates(tally.lanes_at(endpoint.name)) or (0.0, 0.0)
    waits = Cell(endpoint.waits_for) if endpoint.waits_for else NOTHING
    cells = (
        Cell(of_total(endpoint.in_flight, endpoint.limit)),
        Cell(rate(calls)) if calls else NOTHING,
        Cell(f"{endpoint.waiting:,}") if endpoint.waiting else NOTHING,
        Cell("halted", "red") if endpoint.halted else waits,
        _of_time(tally, endpoint),
        _limit(endpoint.rpm),
        _limit(endpoint.tpm),
        Cell(f"{endpoint.rate_limited:,}", "yellow") if endpoint.rate_limited else NOTHING,
    )
    return Row(one_line(endpoint.name), cells)


def _of_time(tally: Tally, endpoint: GateStatus) -> Cell:
    """Return for how much of the time so far calls waited for what they wait for now."""
    if endpoint.waits_for is None or endpoint.halted:
        return NOTHING
    return Cell(share(tally.share(endpoint.name, endpoint.waits_for)))


def _limit(per_minute: float | None) -> Cell:
    return NOTHING if per_minute is None else Cell(f"{per_minute:,.0f}")


def _others(tally: Tally, endpoints: Sequence[GateStatus]) -> Row:
    lanes = [lane for endpoint in endpoints for lane in tally.lanes_at(endpoint.name)]
    calls, _ = tally.rates(lanes) or (0.0, 0.0)
    waiting = sum(endpoint.waiting for endpoint in endpoints)
    limited = sum(endpoint.rate_limited for endpoint in endpoints)
    in_flight = sum(endpoint.in_flight for endpoint in endpoints)
    cells = (
        Cell(of_total(in_flight, sum(endpoint.limit for endpoint in endpoints))),
        Cell(rate(calls)) if calls else NOTHING,
        Cell(f"{waiting:,}") if waiting else NOTHING,
        *[NOTHING] * 4,
        Cell(f"{limited:,}", "yellow") if limited else NOTHING,
    )
    is_all = len(endpoints) == len(tally.gates)
    return Row(
        f"{'all' if is_all else 'and'} {len(endpoints):,}{'' if is_all else ' more'}",
        cells,
        style="dim",
    )
