"""What was imported: an endpoint that nobody asks, and calls that are known by their cells alone."""

from typing import Final

from asynceval.domain.call import Call, Message
from asynceval.domain.cell import Cell
from asynceval.domain.sweep import Endpoint, Price

IMPORTED: Final = Endpoint(name="imported", base_url="", kind="imported", parallel=1)
"""Where imported models and judges belong. Its name is reserved."""

FREE: Final = Price(0, 0)
"""What an imported model costs here."""

FAILED: Final = "failed"
"""The flag of a judgment that was recorded as a failed call, without words."""

VERDICT_ONLY: Final = "verdict_only"
"""The flag of a judgment whose words do not hold the verdict that was recorded with them, or that has
no words: its text is that verdict, written as a judge would."""


def call(cell: Cell) -> Call:
    """Return the call that stands for an imported answer or judgment.

    Nothing was sent, so what was asked is not known in full: the cell says which reply it is, and
    neither texts nor settings are part of the key. The category is a property of the question.
    """
    place = (
        cell.kind,
        cell.question,
        cell.turn,
        cell.target,
        cell.opponent,
        cell.order,
        cell.repeat,
    )
    messages = tuple(Message("user", str(part)) for part in place)
    return Call(cell.asked, IMPORTED.kind, messages, choice=cell.choice)
