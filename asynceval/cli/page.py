"""The report as a page and as figures, for the commands that write them."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from asynceval.cli.exits import say
from asynceval.domain.errors import StorageError
from asynceval.domain.text import counted
from asynceval.protocol.conversation import Plan
from asynceval.report.clocked import clocked
from asynceval.report.figures import files
from asynceval.report.figures.gallery import gallery
from asynceval.report.html import page
from asynceval.report.outcomes import Outcome
from asynceval.report.summary import Summary
from asynceval.store.store import Store


def write_page(
    path: Path,
    run: Path,
    plan: Plan,
    summary: Summary,
    outcomes: Iterable[Outcome],
    store: Store,
) -> None:
    """Write the page of a run directory. Raises StorageError where it cannot be written."""
    with writing(path):
        page.write(path, plan, summary, clocked(plan, store, run), outcomes, store)
    say(f"wrote {path}")


def write_figures(
    folder: Path, plan: Plan, summary: Summary, formats: Sequence[files.Format]
) -> None:
    """Write the figures of a run. Raises StorageError where they cannot be written."""
    with writing(folder):
        paths = files.write(folder, gallery(plan, summary), formats)
    say(
        f"wrote {counted(len(paths), 'figure')} to {folder}"
        if paths
        else "there is nothing to draw yet"
    )


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Let what cannot be written be told as a StorageError."""
    try:
        yield
    except OSError as error:
        raise StorageError(f"{error.filename or path}: {error.strerror or error}") from error
