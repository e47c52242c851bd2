"""A row for each model and each judge, and one for those there is no room for."""

from collections.abc import Sequence

from asynceval.progress.busiest import Busiest
from asynceval.progress.grid import NOTHING, Cell, Column, Row, header
from asynceval.progress.lane_count import LaneCount
from asynceval.progress.tally import Tally, cost_of
from asynceval.progress.wording import of_total, one_line, rate

EMPTY = Cell(NOTHING, "bright_black")
COLUMNS = (
    Column("done"),
    Column("stored", 6, 7, is_optional=True),
    Column("calls/s", 7, 1),
    Column("tokens/s", 8, 4),
    Column("mean", 5, 3),
    Column("retried", 7, 6),
    Column("failed", 6, 2),
    Column("USD", 7, 5, is_optional=True),
)
TITLES = {"target": "models", "judge": "judges"}


def lane_rows(tally: Tally, busiest: Busiest, room: int) -> list[Row]:
    """Return at most `room` rows: the models, then the judges, each under a title if there is room.

    Judges are few and all models wait for them, so they may take half of the room.
    """
    groups = {kind: [lane for lane in tally.lanes if lane.lane.kind == kind] for kind in TITLES}
    groups = {kind: lanes for kind, lanes in groups.items() if lanes}
    has_titles = room >= 3 * len(groups)
    left = room - len(groups) if has_titles else room
    shares = dict.fromkeys(groups, left)
    if len(groups) == 2:
        shares["judge"] = min(len(groups["judge"]), left // 2)
        shares["target"] = left - shares["judge"]
    rows: list[Row] = []
    for kind, lanes in groups.items():
        if has_titles:
            rows.append(header(TITLES[kind], COLUMNS if not rows else [Column("")] * len(COLUMNS)))
        rows += _group(tally, busiest, lanes, shares[kind])
    return rows


def _group(tally: Tally, busiest: Busiest, lanes: Sequence[LaneCount], room: int) -> list[Row]:
    if room < 1:
        return []
    kind = lanes[0].lane.kind
    shown, others = list(lanes), list[LaneCount]()
    if room == 1 < len(lanes):
        return [_row(tally, f"all {len(lanes):,} {TITLES[kind]}", lanes, style="dim")]
    if room < len(lanes):
        shown, others = busiest.pick(kind, lanes, room - 1, tally.seconds)
    rows = [_row(tally, one_line(lane.lane.name), [lane]) for lane in shown]
    if others:
        rows.append(_row(tally, f"and {len(others):,} more", others, style="dim"))
    return rows


def _row(tally: Tally, name: str, lanes: Sequence[LaneCount], style: str = "") -> Row:
    done, total = sum(lane.done for lane in lanes), sum(lane.lane.total for lane in lanes)
    scores = sum(lane.scores for lane in lanes)
    cost = cost_of(lanes)
    calls, tokens = tally.rates(lanes) or (0.0, 0.0)
    is_halted = all(tally.is_halted(lane.lane) and lane.remaining for lane in lanes)
    cells = (
        Cell(of_total(done, total)),
        _number(sum(lane.stored for lane in lanes)),
        Cell("halted", "red") if is_halted else Cell(rate(calls)) if calls else EMPTY,
        Cell(f"{tokens:,.0f}") if tokens else EMPTY,
        Cell(f"{sum(lane.score_sum for lane in lanes) / scores:.2f}") if scores else EMPTY,
        _number(sum(lane.retried for lane in lanes)),
        _number(sum(lane.failed for lane in lanes), "red"),
        EMPTY if cost is None else Cell(f"{cost:,.2f}"),
    )
    return Row(name, cells, part=done / total if total else 0.0, style=style)


def _number(count: int, style: str = "") -> Cell:
    return Cell(f"{count:,}", style) if count else EMPTY
