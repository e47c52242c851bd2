"""The notes: what there is to say in words, the most pressing first."""

from rich.cells import cell_len
from rich.text import Text

from asynceval.progress.cost import cost
from asynceval.progress.held import held
from asynceval.progress.sentences import (
    FULL_DISK,
    back,
    budget,
    churn,
    defects,
    down,
    ending,
    halt,
    longest,
    other_model,
    start,
    still_down,
    stood_still,
    stop,
)
from asynceval.progress.tally import Tally
from asynceval.progress.wording import causes, clip, wrap

BETWEEN = "  ·  "
LONG = 60.0
"""Seconds in flight from which on the oldest call is worth a word."""
RECENT = 10.0
"""Seconds for which it is told that an endpoint is back."""
PRESSING = ("bold yellow", "red", "yellow", "", "green")
"""The styles of sentences, the most pressing first."""
ENDED = 3
"""Lines that a sentence may take when the sweep has ended: then nothing moves, and it is to be read."""
GATES = 4
"""How many gates at most are told of when the sweep has ended."""


def notes(tally: Tally, width: int, room: int) -> list[Text]:
    """Return what is to be said in at most `room` lines of `width` cells.

    First sentences, then a line or two of counts, one of which is there if there is room for two.
    """
    sentences = [*_present(tally), *_lasting(tally)]
    sentences.sort(key=lambda sentence: PRESSING.index(sentence[1]))
    lines = ENDED if tally.ended else 1
    sentences += [(line, "") for line in _held(tally, width)]
    said = [
        Text(line, style, no_wrap=True)
        for words, style in sentences
        for line in wrap(words, width, lines)
    ]
    counts = _lines(_counts(tally), width)
    if len(said) + len(counts) > room:
        said = said[: max(1, room - 1)] if counts else said
    return [*said, *counts][:room]


def _present(tally: Tally) -> list[tuple[str, str]]:
    """Return what is the case now, and over when the sweep is."""
    news, said = tally.news, list[tuple[str, str]]()
    if tally.ended:
        return said
    if news.stopping:
        said.append((stop(news.stopping), "bold yellow"))
    said += [(ending(event), "yellow") for event in news.ended.values()]
    said += [(start(event), "yellow") for event in news.starting.values()]
    said += [
        (halt(gate.name, None, gate.halted), "red")
        for gate in tally.gates
        if gate.halted and (gate.name, None) not in news.halted
    ]
    if tally.is_disk_full:
        said.append((FULL_DISK, "red"))
    said += [(down(outage, tally.seconds), "red") for outage in news.down.values()]
    if news.oldest and news.oldest.seconds >= LONG:
        said.append((longest(news.oldest), ""))
    said += [
        (back(event), "green")
        for event, since in news.back.values()
        if tally.seconds - since < RECENT
    ]
    return said


def _lasting(tally: Tally) -> list[tuple[str, str]]:
    """Return what stays worth knowing to the end."""
    news = tally.news
    said = [
        (halt(event.endpoint, event.model, event.failure.message), "red")
        for event in news.halted.values()
    ]
    if tally.ended:
        said += [(still_down(outage.event), "red") for outage in news.down.values()]
    said += [(budget(event), "yellow") for event in news.budgets.values()]
    if news.defects:
        said.append((defects(news.defects), "red"))
    said += [(other_model(event), "yellow") for event in news.others.values()]
    said += [(churn(endpoint), "yellow") for endpoint in news.churned]
    if news.stills:
        said.append((stood_still(news.stills, news.stood_still), "yellow"))
    return said


def _held(tally: Tally, width: int) -> list[str]:
    """Return what held the calls back, once the sweep has ended; advice only where it fits."""
    lines = held(tally, GATES) if tally.ended else []
    return [line + advice if cell_len(line + advice) <= width else line for line, advice in lines]


def _lines(said: list[tuple[str, str]], width: int) -> list[Text]:
    """Return short phrases, as many on a line as fit."""
    lines, line = list[Text](), Text(no_wrap=True)
    for words, style in said:
        if line and line.cell_len + cell_len(BETWEEN + words) <= width:
            line.append(BETWEEN, "dim")
        elif line:
            lines.append(line)
            line = Text(no_wrap=True)
        line.append(clip(words, width), style)
    return [*lines, line] if line else lines


def _counts(tally: Tally) -> list[tuple[str, str]]:
    said: list[tuple[str, str]] = []
    if tally.failures:
        said.append((f"failed: {causes(tally.failures)}", "red"))
    if tally.retries:
        said.append((f"retried: {causes(tally.retries)}", "dim"))
    if unparsed := sum(lane.unparsed for lane in tally.lanes):
        said.append((f"without a verdict: {unparsed:,}", "dim"))
    if told := cost(tally):
        said.append((told, "dim"))
    return said
