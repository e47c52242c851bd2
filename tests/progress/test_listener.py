"""The listener fits the console."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from asynceval.progress import Dashboard, PlainLines, listener


def test_a_terminal_gets_the_dashboard() -> None:
    """A terminal that can move its cursor gets the dashboard."""
    terminal = Console(file=StringIO(), force_terminal=True, _environ={"TERM": "xterm"})
    assert isinstance(listener(terminal), Dashboard)


@pytest.mark.parametrize("term", ["dumb", "unknown"])
def test_a_dumb_terminal_gets_lines(term: str) -> None:
    """A terminal that cannot move its cursor gets plain lines."""
    terminal = Console(file=StringIO(), force_terminal=True, _environ={"TERM": term})
    assert isinstance(listener(terminal), PlainLines)


def test_a_file_gets_lines(tmp_path: Path) -> None:
    """A file gets plain lines, also where FORCE_COLOR makes Rich take it for a terminal."""
    assert isinstance(listener(Console(file=StringIO())), PlainLines)
    with (tmp_path / "log").open("w", encoding="utf-8") as file:
        forced = Console(file=file, _environ={"TERM": "xterm", "FORCE_COLOR": "1"})
        assert forced.is_terminal
        assert isinstance(listener(forced), PlainLines)
