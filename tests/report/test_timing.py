"""Timing: seconds of calls, worked by hand, with a pause between two runs."""

from dataclasses import replace

from asynceval.domain.cell import Cell
from asynceval.domain.reply import Reply
from asynceval.report.timing import Timing, timings
from asynceval.store.line import Record
from tests.report.scene import plan


def call(at: float, sent: float, waited: float = 0, *, judge: str | None = None) -> Record:
    cell = Cell("q0", "writing", 1, "alpha", judge=judge)
    return Record(b"k", cell, Reply("x"), at, waited, sent, 2)


def test_each_model_has_its_times() -> None:
    """Calls that overlap count once in the busy time, and a pause between runs not at all."""
    records = [
        call(1002, 4, 2),
        call(1004, 4),
        call(5000, 2),
        call(1006, 1, 1, judge="judge"),
    ]
    found = timings(plan(("alpha",)), records)
    assert found == (
        Timing("answer", "alpha", 3, 6, 10, 4, 4, 2, 6, 8, 60 * 3 / 8),
        Timing("judgment", "judge", 1, 2, 1, 1, 1, 1, 7, 1, 60),
    )


def test_what_was_not_asked_is_not_timed() -> None:
    """Imported answers, and models that the plan no longer has, have no times."""
    base = plan(("alpha",), ())
    assert timings(base, [call(1, 1, judge="judge")]) == ()
    endpoint = replace(base.sweep.endpoints[0], kind="imported")
    imported = replace(base, sweep=replace(base.sweep, endpoints=(endpoint,)))
    assert timings(imported, [call(1, 1)]) == ()
    assert timings(base, []) == ()
