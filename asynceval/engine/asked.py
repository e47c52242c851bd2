"""What a client is asked for: a call, and where it belongs."""

from dataclasses import dataclass

from asynceval.domain.call import Call
from asynceval.domain.cell import Cell


@dataclass(frozen=True, slots=True)
class Asked:
    """A call to be made: where it belongs, under which key and priority, and whether it can wait.

    `may_postpone`: while its endpoint is down it may be put off instead of waiting.
    """

    call: Call
    key: bytes
    cell: Cell
    priority: int
    may_postpone: bool = False
