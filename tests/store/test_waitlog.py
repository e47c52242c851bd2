"""Waits are kept in the run directory, summed over runs, and depended on by nothing."""

from errno import ENOSPC
from pathlib import Path

import pytest

from asynceval.domain.events import GateStatus, Pulsed, Wait
from asynceval.report.waiting import Waiting, waiting
from asynceval.store.disk import Disk
from asynceval.store.waitlog import Waited, WaitLog, read_waits


def pulse(seconds: float, wait: Wait | None, account: str = "lab") -> Pulsed:
    """Return a pulse at which the calls at an account wait for something."""
    return Pulsed(seconds, (GateStatus(account, 1, 1, 1, waits_for=wait),))


def test_the_waits_of_all_runs_are_added_up(tmp_path: Path) -> None:
    """Two runs: 3 s for the rate and 1 s for a place, then 4 s for the rate."""
    with WaitLog(tmp_path) as log:
        for event in (pulse(3, "rpm"), pulse(4, "in flight"), pulse(6, None)):
            log(event)
    with WaitLog(tmp_path) as log:
        log(pulse(4, "rpm"))
    found = read_waits(tmp_path)
    assert found == Waited(10, {"lab": {"rpm": 7, "in flight": 1}})
    assert waiting(found) == (Waiting("lab", "rpm", 7, 10), Waiting("lab", "in flight", 1, 10))


def test_a_killed_run_keeps_all_but_its_last_minute(tmp_path: Path) -> None:
    """Nobody closes the log of a run that is killed; a line was written after a minute."""
    log = WaitLog(tmp_path)
    for second in range(0, 100, 10):
        log(pulse(second, "tpm"))
    assert read_waits(tmp_path) == Waited(60, {"lab": {"tpm": 60}})


def test_a_run_that_asks_nothing_writes_nothing(tmp_path: Path) -> None:
    """A finished run that is run again opens no gate, and leaves its directory as it was."""
    with WaitLog(tmp_path) as log:
        log(Pulsed(1, ()))
    assert list(tmp_path.iterdir()) == []
    assert read_waits(tmp_path) == Waited(0, {})


def test_a_torn_or_foreign_line_counts_for_nothing(tmp_path: Path) -> None:
    """What a crash has torn spoils no line after it."""
    (tmp_path / "waits.jsonl").write_bytes(b'[1]\n{"gates": {"lab": 3}, "seconds": 1}\n{"seco')
    with WaitLog(tmp_path) as log:
        log(pulse(2, "budget"))
    assert read_waits(tmp_path) == Waited(2, {"lab": {"budget": 2}})


def _full(*_: object) -> int:
    raise OSError(ENOSPC, "No space left on device")


@pytest.mark.parametrize("broken", [Disk(write=_full), Disk(open_file=_full)])
def test_a_full_disk_ends_no_run(tmp_path: Path, broken: Disk) -> None:
    """Nothing depends on the waits, so that they cannot be written is no error."""
    with WaitLog(tmp_path, broken) as log:
        log(pulse(2, "rpm"))
    assert read_waits(tmp_path).gates == {}
