"""A frame: the whole progress display as lines, made to fit any terminal."""

from rich.cells import cell_len
from rich.text import Text

from asynceval.progress.busiest import Busiest
from asynceval.progress.endpoint_rows import COLUMNS as ENDPOINT_COLUMNS
from asynceval.progress.endpoint_rows import endpoint_rows
from asynceval.progress.grid import SMALL_BAR, append_bar, fit
from asynceval.progress.lane_rows import COLUMNS as LANE_COLUMNS
from asynceval.progress.lane_rows import lane_rows
from asynceval.progress.notes import notes
from asynceval.progress.sentences import eta
from asynceval.progress.tally import Tally
from asynceval.progress.wording import duration, of_total, one_line, percent, shorten

LONG_BAR = 100


def frame(tally: Tally, busiest: Busiest, width: int, height: int) -> list[Text]:
    """Return the lines that show the tally in less than `width` cells and `height` lines.

    One line and one column stay free: a terminal scrolls or wraps when the last is written to.
    """
    width, room = max(1, width - 1), max(1, height - 1)
    if not tally.lanes:
        return notes(tally, width, room)
    head = [_title(tally, width), _overall(tally, width)][-room:]
    most = room // 2 if tally.ended else room // 4
    said = notes(tally, width, min(most, max(0, room - len(head) - 1)))
    lanes = len(tally.lanes) + len({lane.lane.kind for lane in tally.lanes})
    endpoints = 0 if tally.ended or not tally.gates else min(len(tally.gates) + 1, room // 3)
    gaps = 1 + bool(said) + bool(endpoints)
    left = room - len(head) - len(said)
    if left - endpoints - gaps < min(lanes, 6):
        gaps = 0
    if left - endpoints < min(lanes, 5):
        endpoints = 0
    blocks = [_lanes(tally, busiest, width, left - endpoints - gaps)]
    if endpoints:
        blocks.append(_endpoints(tally, width, endpoints))
    blocks.append(said)
    for block in filter(None, blocks):
        head += [Text()] * bool(gaps) + block
    return head


def _title(tally: Tally, width: int) -> Text:
    line = Text(shorten(one_line(tally.name), width), style="bold", no_wrap=True)
    room = width - line.cell_len - 2
    if room >= 12:
        line.append("  " + shorten(one_line(tally.run_dir), room), "not bold dim")
    return line


def _overall(tally: Tally, width: int) -> Text:
    counts, elapsed = of_total(tally.done, tally.total), duration(tally.seconds)
    part = f"{percent(tally.done, tally.total):>5}"
    last, longer = eta(tally.eta(), None), eta(tally.eta(), tally.awaited)
    if tally.ended:
        last = longer = "interrupted" if tally.ended.interrupted else "ended"
    choices = [
        (counts, part, elapsed, longer),
        (counts, part, elapsed, last),
        (counts, part, last),
        (counts, part),
        (counts,),
        (part,),
    ]
    fitting = [words for words in map("  ".join, choices) if cell_len(words.strip()) <= width]
    words = fitting[0] if fitting else ""
    bar = min(LONG_BAR, width - cell_len(words) - 2)
    if bar < SMALL_BAR:
        return Text(words.strip(), no_wrap=True)
    line = Text(no_wrap=True)
    append_bar(line, bar, tally.done / tally.total if tally.total else 0.0)
    return line.append("  " + words)


def _lanes(tally: Tally, busiest: Busiest, width: int, room: int) -> list[Text]:
    rows = lane_rows(tally, busiest, room)
    widths = fit(LANE_COLUMNS, rows, width)
    return [widths.line(row) for row in rows]


def _endpoints(tally: Tally, width: int, room: int) -> list[Text]:
    rows = endpoint_rows(tally, room)
    widths = fit(ENDPOINT_COLUMNS, rows, width)
    return [widths.line(row) for row in rows]
