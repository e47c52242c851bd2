"""How numbers and names are worded in the progress display."""

from collections.abc import Mapping

from rich.cells import cell_len

from asynceval.domain.failure import Cause
from asynceval.domain.text import visible

ELLIPSIS = "…"


def one_line(text: str) -> str:
    """Return text from outside as a single line without anything that acts on a terminal."""
    return visible(text).replace("\n", "␊").replace("\t", "␉")


def shorten(text: str, width: int) -> str:
    """Return `text` in at most `width` cells; a long one keeps its beginning and its end."""
    if cell_len(text) <= width:
        return text
    if width < 1:
        return ""
    ending = _end(text, (width - 1) // 2)
    return _start(text, width - 1 - cell_len(ending)) + ELLIPSIS + ending


def clip(text: str, width: int) -> str:
    """Return `text` in at most `width` cells; a long one loses its end."""
    if cell_len(text) <= width:
        return text
    return _start(text, width - 1) + ELLIPSIS if width > 0 else ""


def wrap(text: str, width: int, most: int) -> list[str]:
    """Return `text` in at most `most` lines of `width` cells, broken between words where it can be."""
    lines, line = list[str](), ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and cell_len(longer) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    lines.append(line)
    kept = (*lines[: most - 1], " ".join(lines[most - 1 :]))
    return [shorten(line, width) for line in kept if line]


def duration(seconds: float | None) -> str:
    """Return minutes and seconds, with hours when there are some; a dash while unknown."""
    if seconds is None:
        return "--:--"
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def rate(per_second: float) -> str:
    """Return calls a second with as many digits as mean something."""
    if per_second >= 99.95:
        return f"{per_second:,.0f}"
    return f"{per_second:.1f}" if per_second >= 0.95 else f"{per_second:.2f}"


def of_total(done: int, total: int) -> str:
    """Return both, at one width however many are done."""
    whole = f"{total:,}"
    return f"{done:>{len(whole)},}/{whole}"


def percent(done: int, total: int) -> str:
    """Return whole percent; 100 only when nothing is left."""
    if not total:
        return "0 %"
    return f"{100 if done >= total else min(99, round(100 * done / total))} %"


def share(part: float) -> str:
    """Return a part from 0 to 1 in whole percent."""
    return f"{min(100, round(100 * part))} %"


def dollars(amount: float, *more: float) -> str:
    """Return US dollars, to the cent; the less it is, the finer. `more` gives the ends of an interval."""
    digits = 2 if amount >= 10 or not amount else 4 if amount >= 0.01 else 6
    ends = " to ".join(f"{end:,.{digits}f}" for end in more)
    return f"{amount:,.{digits}f}" + (f" ({ends})" if ends else "") + " USD"


def causes(counts: Mapping[Cause, int]) -> str:
    """Return how often each cause occurred, the most frequent first."""
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    return ", ".join(f"{cause.replace('_', ' ')} {count:,}" for cause, count in ordered)


def _start(text: str, width: int) -> str:
    kept = text[: max(0, width)]
    while cell_len(kept) > width:
        kept = kept[:-1]
    return kept


def _end(text: str, width: int) -> str:
    kept = text[len(text) - max(0, width) :] if width > 0 else ""
    while cell_len(kept) > width:
        kept = kept[1:]
    return kept
