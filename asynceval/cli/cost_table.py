"""What each model and judge took, as a table on a terminal."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from asynceval.cli.names import fitted
from asynceval.progress.wording import dollars
from asynceval.report.numbers import UNDEFINED
from asynceval.report.spending import Spending

_NUMBERS = (("calls", 8), ("tokens in", 12), ("out", 11), ("of it thinking", 14), ("cost", 13))
_LEAST = 9


def table(spending: Sequence[Spending], width: int) -> Table | None:
    """Return calls, tokens and money by model and judge, thinking and money where there is some.

    None of one alone, or where there is no room.
    """
    thinks = any(its.reasoning_tokens for its in spending)
    is_priced = any(its.usd is not None for its in spending)
    left_out = {"of it thinking": not thinks, "cost": not is_priced}
    columns = [(title, wide) for title, wide in _NUMBERS if not left_out.get(title)]
    room = width - sum(wide + 3 for _, wide in columns) - len(" (judge)") - 4
    if len(spending) < 2 or room < _LEAST:
        return None
    names = fitted({its.model for its in spending}, room)
    found = Table(box=SIMPLE_HEAD)
    found.add_column("model", no_wrap=True)
    for title, _ in columns:
        found.add_column(title, justify="right", no_wrap=True)
    for its in spending:
        found.add_row(
            Text(names[its.model] + (" (judge)" if its.kind == "judgment" else "")),
            *(f"{n:,}" for n in (its.calls, its.prompt_tokens, its.completion_tokens)),
            *([f"{its.reasoning_tokens:,}"] if thinks else []),
            *([UNDEFINED if its.usd is None else dollars(its.usd)] if is_priced else []),
        )
    return found
