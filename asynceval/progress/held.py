"""What held the calls back: the answer to "why was it slow", in a line for each gate."""

from collections.abc import Mapping

from asynceval.domain.events import Wait
from asynceval.progress.tally import Tally
from asynceval.progress.wording import duration, one_line, share

NOTABLE = 0.05
"""The part of the time from which on a wait is worth a word."""
WORDS: Mapping[Wait, tuple[str, str]] = {
    "in flight": ("a place in flight", "raise parallel if the server can take more"),
    "rpm": ("rpm", "the account's limit of requests a minute"),
    "tpm": ("tpm", "the account's limit of tokens a minute"),
    "cool-down": ("the server's cool-down", "the server asked for fewer calls"),
    "outage": ("the server to come back", "see events.log for when it was down"),
    "back-off": ("the pause after failed attempts", "see events.log for what failed"),
    "retries": ("the allowance of retries", "too many attempts failed, see events.log"),
    "budget": ("the budget", "raise it to have more calls in flight"),
    "disk": ("space on the disk", "free some"),
    "stopped": ("the run to stop", "resume it to go on"),
}
"""For each wait: what was waited for, and what can be done about it or is to be known."""
UNHELD = "nothing held the calls back but the models' own speed"


def held(tally: Tally, most: int | None = None) -> list[tuple[str, str]]:
    """Return a line for each gate whose calls waited notably, and how it goes on if there is room.

    The gates that waited longest come first. With `most`, there are at most so many lines.
    """
    if not any(lane.calls for lane in tally.lanes):
        return []
    gates = [(gate, notable) for gate in tally.waits() if (notable := _notable(tally, gate))]
    if not gates:
        # What was never sent was held back by something else, which is told where it was met.
        is_halted = any(tally.is_halted(lane.lane) for lane in tally.lanes)
        return [] if is_halted else [(UNHELD, "")]
    gates.sort(key=lambda item: -sum(tally.share(item[0], wait) for wait in item[1]))
    lines = [_line(tally, gate, waits) for gate, waits in gates]
    if most is not None and len(lines) > most:
        left = len(lines) - most + 1
        lines = [*lines[: most - 1], (f"calls waited at {left:,} more endpoints", "")]
    return lines


def _notable(tally: Tally, gate: str) -> list[Wait]:
    waits = [wait for wait in tally.waits()[gate] if tally.share(gate, wait) >= NOTABLE]
    return sorted(waits, key=lambda wait: -tally.share(gate, wait))


def _line(tally: Tally, gate: str, waits: list[Wait]) -> tuple[str, str]:
    seconds = tally.waits()[gate]
    told = [
        f"for {WORDS[wait][0]} {duration(seconds[wait])} ({share(tally.share(gate, wait))})"
        for wait in waits
    ]
    line = one_line(f"{gate}: calls waited {', '.join(told)}")
    return line, f"; {waits[0]}: {WORDS[waits[0]][1]}"
