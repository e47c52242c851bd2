"""Attempts without a reply that may be on the bill."""

from pathlib import Path

from asynceval.domain.cell import Cell
from asynceval.domain.reply import Reply
from asynceval.report.doubtful import doubtful
from asynceval.store.line import Record

ANSWER = Cell("q", "math", 1, "m")
JUDGMENT = Cell("q", "math", 1, "m", judge="j")


def record(cell: Cell, maybe_paid: int) -> Record:
    """Return a call that came through after some attempts."""
    return Record(bytes(16), cell, Reply("Yes."), 0, 0, 0, maybe_paid + 1, maybe_paid)


def test_lost_attempts_of_calls_that_came_through_are_counted(tmp_path: Path) -> None:
    """By kind and model; a model whose attempts all came through is not there."""
    records = [record(ANSWER, 0), record(JUDGMENT, 2), record(JUDGMENT, 1)]
    assert doubtful(records, tmp_path) == {("judgment", "j"): 3}


def test_lost_attempts_of_calls_that_were_given_up_are_counted(tmp_path: Path) -> None:
    """Failures count theirs; one without the number, and a line that is torn, count for nothing."""
    (tmp_path / "failures.jsonl").write_bytes(
        b'{"key":"00","target":"m","judge":null,"cause":"timeout","maybe_paid":3}\n'
        b'{"key":"00","target":"m","judge":"j","cause":"server","maybe_paid":1}\n'
        b'{"key":"00","target":"m","judge":"j","cause":"server"}\n'
        b'{"key":"00","target":"m","judge":"j","maybe_paid":"9"}\n'
        b'{"key":"00","target":"m","judge":"j","maybe_paid":-9}\n'
        b'{"maybe_paid":9}\n[]\n7\n\n{"key":"00","target":"m","judge":"j","maybe_pa'
    )
    assert doubtful([record(ANSWER, 1)], tmp_path) == {("answer", "m"): 4, ("judgment", "j"): 1}
