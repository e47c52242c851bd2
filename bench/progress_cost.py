"""What does it cost to show the progress: per event counted, per frame drawn, and in all?

A resumed run replays 250,000 stored events, so counting one has to take less than 2 microseconds;
drawing has to take less than 3 % of the time. Events: the best of five rounds; draws: the median.
"""

import json
import os
from io import StringIO
from time import perf_counter

from rich.console import Console

from asynceval.domain.cell import Cell
from asynceval.domain.events import (
    AnswerLanded,
    Event,
    GateStatus,
    JudgmentLanded,
    Lane,
    Pulsed,
    SweepStarted,
)
from asynceval.domain.reply import Reply, Usage
from asynceval.domain.sweep import Price
from asynceval.domain.verdict import Score
from asynceval.progress import Dashboard, Tally
from asynceval.progress.dashboard import SHARE, SPACING

EVENTS = 250_000
DRAWS = 40
ROUNDS = 5


def plan(models: int) -> SweepStarted:
    """Return a sweep of so many models and one judge."""
    targets = [
        Lane("target", f"model-{n:02}", "local", "local", 800, Price(1, 2)) for n in range(models)
    ]
    judge = Lane("judge", "judge", "openai", "openai", 800 * models)
    return SweepStarted("bench", "runs/bench", (*targets, judge))


def landings(models: int, count: int, *, stored: bool) -> list[Event]:
    """Return so many events, half of them answers and half judgments."""
    reply = Reply("x", usage=Usage(300, 400))
    events: list[Event] = []
    for number in range(count // 2):
        cell = Cell(str(number), "writing", 1, f"model-{number % models:02}")
        judged = Cell(cell.question, cell.category, 1, cell.target, 0, "judge")
        events.append(AnswerLanded(cell, b"k", reply, stored))
        events.append(JudgmentLanded(judged, b"k", reply, Score(7), stored))
    return events


def microseconds_per_event() -> float:
    """Return how long it takes to count one of many stored events, the dashboard being open."""
    events = landings(60, EVENTS, stored=True)
    best = float("inf")
    for _ in range(ROUNDS):
        with Dashboard(terminal(), Tally()) as dashboard:
            dashboard(plan(60))
            start = perf_counter()
            for event in events:
                dashboard(event)
            best = min(best, perf_counter() - start)
    return best / EVENTS * 1e6


def drawing(lanes: int) -> tuple[float, float]:
    """Return milliseconds per draw, and the share of the time at the spacing the dashboard takes."""
    now = 0.0
    with Dashboard(terminal(), Tally(), clock=lambda: now) as dashboard:
        dashboard(plan(lanes - 1))
        for event in landings(lanes - 1, 4_000, stored=False):
            dashboard(event)
        times = []
        for draw in range(DRAWS):
            now = float(draw)  # always due
            start = perf_counter()
            dashboard(pulse(now))
            times.append(perf_counter() - start)
    seconds = sorted(times)[DRAWS // 2]
    return seconds * 1e3, seconds / max(SPACING, seconds / SHARE)


def pulse(seconds: float) -> Pulsed:
    """Return the state of two busy endpoints."""
    local = GateStatus("local", 8, 8, 31, waits_for="in flight")
    return Pulsed(
        seconds, (local, GateStatus("openai", 48, 50, 900, 3000, waits_for="rpm", rate_limited=12))
    )


def terminal() -> Console:
    """Return a large terminal that goes nowhere."""
    return Console(file=StringIO(), force_terminal=True, width=200, height=80)


def main() -> None:
    """Measure, and print one JSON line."""
    few, share_few = drawing(3)
    many, share_many = drawing(60)
    answer = {
        "bench": "progress_cost",
        "microseconds_per_event": round(microseconds_per_event(), 3),
        "ms_per_draw_3_lanes": round(few, 2),
        "ms_per_draw_60_lanes": round(many, 2),
        "share_3_lanes": round(share_few, 4),
        "share_60_lanes": round(share_many, 4),
        "cpus": os.cpu_count(),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
