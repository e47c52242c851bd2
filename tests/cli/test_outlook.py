"""The plan on a terminal: readable at 80 columns, and whole where there is room."""

from io import StringIO

import pytest
from rich.console import Console

from asynceval.cli.outlook import show
from asynceval.domain.sweep import Price
from asynceval.report.outlook import outlook
from tests.report.scene import plan

NAMES = ("organisation/checkpoint-0001-step-1000", "organisation/checkpoint-0001-step-2000")


def shown(width: int) -> str:
    """Return what is printed of a plan of two long names, at this width."""
    what = plan(NAMES, questions=300, price=Price(2.0, 8.0))
    console = Console(file=StringIO(), width=width)
    show(console, outlook(what, None))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 130])
def test_no_number_is_cut(width: int) -> None:
    """Every line fits, every number is whole, and models are told apart; sums have intervals."""
    text = shown(width)
    assert all(len(line) <= width for line in text.splitlines())
    table, _, sums = text.partition("\ntokens  ")
    rows = [line.split() for line in table.splitlines() if " model  " in line or " judge  " in line]
    rows = rows[1:]  # the first is the head
    assert [row[1:5] for row in rows] == [
        ["model", "600", "0", "600"],
        ["model", "600", "0", "600"],
        ["judge", "1,200", "0", "1,200"],
    ]
    assert len({row[0] for row in rows}) == len(rows)
    assert not any("…" in cell for row in rows for cell in row[1:])
    assert all(("to" in row) is (width > 100) for row in rows)
    assert sums.count(" to ") >= 3
