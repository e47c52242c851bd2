"""The notes: what there is to say in words, the most pressing first."""

from rich.cells import cell_len
from rich.text import Text

from asynceval.progress.tally import Tally
from asynceval.progress.wording import causes, clip, dollars, halt, one_line, stop

BETWEEN = "  ·  "


def notes(tally: Tally, width: int) -> list[Text]:
    """Return what is to be said, clipped to `width` cells: sentences, then a line or two of counts."""
    lines = [
        Text(clip(words, width), style=style, no_wrap=True) for words, style in _sentences(tally)
    ]
    line = Text(no_wrap=True)
    for words, style in _counts(tally):
        if line and line.cell_len + cell_len(BETWEEN + words) <= width:
            line.append(BETWEEN, "dim")
        elif line:
            lines.append(line)
            line = Text(no_wrap=True)
        line.append(clip(words, width), style)
    return [*lines, line] if line else lines


def _sentences(tally: Tally) -> list[tuple[str, str]]:
    said: list[tuple[str, str]] = []
    if not tally.ended:
        if tally.stopping:
            said.append((stop(tally.stopping), "bold yellow"))
        said += [
            (one_line(f"starting {event.endpoint}, its output is in {event.log}"), "yellow")
            for event in tally.starting.values()
        ]
        said += [
            (halt(endpoint.name, None, endpoint.halted), "red")
            for endpoint in tally.gates
            if endpoint.halted and (endpoint.name, None) not in tally.halted
        ]
    return said + [
        (halt(event.endpoint, event.model, event.failure.message), "red")
        for event in tally.halted.values()
    ]


def _counts(tally: Tally) -> list[tuple[str, str]]:
    said: list[tuple[str, str]] = []
    if tally.failures:
        said.append((f"failed: {causes(tally.failures)}", "red"))
    if tally.retries:
        said.append((f"retried: {causes(tally.retries)}", "dim"))
    if unparsed := sum(lane.unparsed for lane in tally.lanes):
        said.append((f"without a verdict: {unparsed:,}", "dim"))
    if tally.cost is not None:
        said.append((_cost(tally, tally.cost), "dim"))
    return said


def _cost(tally: Tally, cost: float) -> str:
    """Return what this run has cost, and what that does not include."""
    priced = [lane for lane in tally.lanes if lane.lane.price is not None]
    amount = dollars(cost, at_least=any(lane.uncounted for lane in priced))
    unknown = len(tally.lanes) - len(priced)
    return f"cost: {amount}" + (f", {unknown:,} without a price" if unknown else "")
