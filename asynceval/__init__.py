"""Evaluate language models on open questions: async, high-throughput, resumable.

`open_run` reads the results of a run from Python.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asynceval.report.run import Run

__version__ = "0.1.0"
__all__ = ["__version__", "open_run"]


def open_run(folder: "str | Path") -> "Run":
    """Open a run directory, whose answers, judgments and tables it has as plain rows.

    StorageError if it is no run directory, or is damaged.
    """
    # Only who reads results waits for numpy.
    from asynceval.report.run import Run  # noqa: PLC0415

    return Run(folder)
