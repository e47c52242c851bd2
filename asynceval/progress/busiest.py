"""The busiest lanes: which rows are shown when there is no room for all."""

from collections.abc import Sequence

from asynceval.progress.lane_count import LaneCount

HOLD = 5.0
"""Seconds for which a choice stands, so that rows can be read."""


class Busiest:
    """Chooses the lanes with most calls of late, and keeps its choice for a while."""

    def __init__(self) -> None:
        """Start with no choice made."""
        self._chosen: dict[str, tuple[float, int, frozenset[int]]] = {}

    def pick(
        self, group: str, lanes: Sequence[LaneCount], room: int, seconds: float
    ) -> tuple[list[LaneCount], list[LaneCount]]:
        """Return the lanes of a group to show, in the order of the plan, and all the others."""
        since, size, chosen = self._chosen.get(group, (seconds, -1, frozenset[int]()))
        if size != room or seconds - since >= HOLD:
            ranked = sorted(range(len(lanes)), key=lambda index: _rank(lanes[index], seconds))
            chosen = frozenset(ranked[:room])
            self._chosen[group] = (seconds, room, chosen)
        shown = [lane for index, lane in enumerate(lanes) if index in chosen]
        return shown, [lane for index, lane in enumerate(lanes) if index not in chosen]


def _rank(lane: LaneCount, seconds: float) -> tuple[float, bool, int]:
    rates = lane.rates(seconds)
    return (-rates[0] if rates else 0.0, not lane.remaining, -lane.failed)
