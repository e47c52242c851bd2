"""Starting a run, for `run` and `resume` alike: the composition root."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import anyio
from rich.console import Console

from asynceval.cli import garbage
from asynceval.cli.counting import Counting
from asynceval.cli.exits import COMPLETE, INCOMPLETE, INTERRUPTED, first, leave_on_interrupt, say
from asynceval.cli.trust import FLAG, programs
from asynceval.domain.errors import DiskFullError, StorageError
from asynceval.domain.events import AnswerLanded, BudgetReached, Event, JudgmentLanded, SweepStarted
from asynceval.domain.secret import Secret
from asynceval.domain.sweep import Budget, Only, Sweep
from asynceval.domain.text import counted
from asynceval.engine.run import Run
from asynceval.progress import listener
from asynceval.protocol.conversation import Plan
from asynceval.report.outcomes import outcomes, read_causes
from asynceval.store.eventlog import EventLog
from asynceval.store.lock import locked
from asynceval.store.request import sealed, write
from asynceval.store.store import Store
from asynceval.store.waitlog import WaitLog

if TYPE_CHECKING:
    from asynceval.report.summary import Summary


def start(
    plan: Plan,
    folder: Path,
    keys: Mapping[str, Secret | None],
    only: Only | None = None,
    html: Path | None = None,
) -> int:
    """Run a plan in its run directory, show the result, and return the exit code.

    With `html` the page is written there at the end, as far as the run has come.
    """
    with locked(folder):
        plan = sealed(folder, plan)
        for change in write(folder, plan):
            say(f"changed since the last run: {change}")
        with (
            Store(folder, write=True) as store,
            EventLog(folder / "events.log") as log,
            WaitLog(folder) as waits,
            listener(Console(stderr=True)) as progress,
        ):
            for notice in store.notices:
                say(f"warning: {notice}")

            reached: list[str | None] = []

            def tell(event: Event) -> None:
                match event:
                    case AnswerLanded() | JudgmentLanded():
                        counting.add(event)
                    case SweepStarted():
                        counting.begin()
                        log(event)
                    case BudgetReached(judge):
                        reached.append(judge)
                        log(event)
                    case _:
                        log(event)
                waits(event)
                progress(event)

            garbage.rest()
            counting = Counting(plan)
            run = Run(plan.live(), store, folder, keys, tell, only)
            again = "the same command again" if only else _resume(folder, plan.sweep, html)
            with _pointing_on(again):
                anyio.run(run, backend_options={"use_uvloop": sys.platform != "win32"})
            if run.is_complete and only is None and plan.live() == plan:
                summary = counting.counter.summary()
            else:
                from asynceval.report.summary import summarise

                if only == "answers":
                    plan = plan.without_judges()
                summary = summarise(plan, outcomes(plan, store, read_causes(folder)))
            unnoted, unlogged = store.unnoted, log.dropped
            lost = store.lost()
    from asynceval.cli.tables import Results, show

    leave_on_interrupt()
    _warn_of_gaps({folder / "failures.jsonl": unnoted, folder / "events.log": unlogged})
    console = Results()
    if console.is_terminal:
        console.print()
    show(console, plan, summary, lost)
    _point(folder, summary)
    _write_page(html, folder, plan, summary)
    return _conclude(
        run, again, [way for judge in reached for way in _ways_on(judge, plan.sweep, again)]
    )


@contextmanager
def _pointing_on(again: str) -> Iterator[None]:
    """Say with an error of a full disk how to go on."""
    try:
        yield
    except* DiskFullError as full:
        message = f"{first(full)}; free space, then: {again}"
        raise DiskFullError(message) from None


def _write_page(path: Path | None, folder: Path, plan: Plan, summary: "Summary") -> None:
    """Write the page of a run that has ended, if it is wanted.

    Raises StorageError, and says how to write it then.
    """
    if path is None:
        return
    from asynceval.cli.page import write_page

    try:
        with Store(folder, write=False) as store:
            found = outcomes(plan, store, read_causes(folder))
            write_page(path, folder, plan, summary, found, store)
    except StorageError as error:
        again = f"asynceval report {quote(str(folder))} --html FILE"
        raise StorageError(f"{error}. The run itself is kept; {again} writes its page") from error


def _resume(folder: Path, sweep: Sweep, html: Path | None) -> str:
    """Return the command that goes on with a run."""
    words = ["asynceval resume", quote(str(folder))]
    if programs(sweep):
        words.append(FLAG)
    if html is not None:
        words.append(f"--html {quote(str(html))}")
    return " ".join(words)


def _warn_of_gaps(missing: Mapping[Path, int]) -> None:
    """Say which files for people lack lines, since the disk was full."""
    for path, count in missing.items():
        if count:
            lines = counted(count, "line is", "lines are")
            say(f"warning: {lines} missing in {path}, for which there was no space")


def _point(folder: Path, summary: "Summary") -> None:
    """Say where to look for what went wrong."""
    if summary.coverage.unparsed:
        say(f"the words of judgments without a verdict are in {folder / 'calls-1.jsonl'}")
    coverage = summary.coverage
    if coverage.failed or coverage.refused or coverage.filtered or coverage.context_length:
        say(f"the message of each failure is in {folder / 'failures.jsonl'}")


def _conclude(run: Run, again: str, ways_on: Sequence[str]) -> int:
    """Say how to go on, if there is something left; return the exit code."""
    if run.is_interrupted and not run.is_complete:
        say(f"interrupted. To continue: {again}")
        return INTERRUPTED
    if not run.is_complete:
        for line in ways_on or (f"some calls are missing. To try them again: {again}",):
            say(line)
        return INCOMPLETE
    return COMPLETE


def _ways_on(judge: str | None, sweep: Sweep, again: str) -> Iterator[str]:
    """Yield how a budget that was reached is raised: a judge's, or the run's with None."""
    budget = Budget() if sweep.budget is None else sweep.budget
    if judge is not None:
        yield f"to go on, raise the budget of judge {judge} in the config, and run that again"
    if judge is None and budget.usd is not None:
        yield f"to go on with more money: {again} --budget USD"
    if judge is None and budget.tokens is not None:
        yield "to go on with more tokens, raise the budget in the config, and run that again"
