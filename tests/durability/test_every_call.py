"""A run that is struck at each call to its disk, one after the other, and run again."""

import os
from errno import EIO, ENOSPC

import pytest

from asynceval.store.line import key_of
from tests.durability.scene import Scene
from tests.e2e.rig import log_lines


def test_killed_at_every_call_to_the_disk(scene: Scene) -> None:
    """Killed before a sync or a rename, or in the middle of a write: nothing recorded is lost."""
    number, code = 0, -9
    while code == -9:
        number += 1
        run = scene.folder / f"killed-{number}"
        code = scene.run(run, strike=number).code
        assert code in (-9, 0)
        scene.check(run)
        scene.resume(run)
    assert number > 20


@pytest.mark.parametrize("error", [ENOSPC, EIO], ids=os.strerror)
def test_every_call_to_the_disk_fails_once(scene: Scene, error: int) -> None:
    """The run ends in one sentence with exit code 4, or goes on; its log holds whole lines only."""
    number, is_struck, codes = 0, True, []
    while is_struck:
        number += 1
        run = scene.folder / f"{error}-{number}"
        done = scene.run(run, strike=number, code=error)
        is_struck = done.calls >= number
        codes.append(done.code)
        assert done.code in (0, 4)
        assert (done.code == 4) == ("error: " in done.output)
        assert all(key_of(line) is not None for line in log_lines(run))
        scene.check(run)
        scene.resume(run)
    assert number > 20
    assert codes.count(0) >= (4 if error == ENOSPC else 1)
    assert codes.count(4) >= 4
