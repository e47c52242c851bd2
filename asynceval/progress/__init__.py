"""Progress: someone listening to events. The engine prints nothing.

`listener` is all that the command line needs: a context manager that takes events.
"""

import os

from rich.console import Console

from asynceval.progress.dashboard import Dashboard
from asynceval.progress.plain import PlainLines
from asynceval.progress.tally import Tally

__all__ = ["Dashboard", "PlainLines", "Tally", "listener"]


def listener(console: Console) -> Dashboard | PlainLines:
    """Return what shows the progress on this console: a dashboard on a terminal, else plain lines.

    Open it with `with`, and call it with each event.
    """
    if console.is_interactive and not console.options.ascii_only and not _is_pipe(console):
        return Dashboard(console, Tally())
    return PlainLines(console.file, Tally())


def _is_pipe(console: Console) -> bool:
    """Whether it writes to a file or a pipe, which FORCE_COLOR makes Rich take for a terminal."""
    try:
        return not os.isatty(console.file.fileno())
    except (OSError, ValueError):
        return False
