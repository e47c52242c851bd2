"""No space left: a limit on a file's size, and a file system of a few kB."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from shutil import which

import pytest

from asynceval.store.line import key_of
from tests.durability.scene import Scene
from tests.e2e.rig import log_lines

Resize = Callable[[Path, str], None]


@pytest.mark.parametrize("kilobytes", [4, 8, 16])
def test_a_file_may_not_grow(long_scene: Scene, kilobytes: int) -> None:
    """The run ends with exit code 4 and whole lines; with the limit gone it is completed."""
    run = long_scene.folder / f"limited-{kilobytes}"
    done = long_scene.run(run, longest=kilobytes << 10)
    assert done.code == 4
    assert "cannot be written: File too large" in done.output
    content = (run / "calls-1.jsonl").read_bytes()
    assert kilobytes * 512 < len(content) <= kilobytes << 10
    assert content.endswith(b"\n")
    assert all(key_of(line) is not None for line in log_lines(run))
    long_scene.check(run)
    long_scene.resume(run)


@pytest.fixture
def mount() -> Iterator[Resize]:
    """Return what mounts a file system, where that is permitted, and changes its size."""
    if which("mount") is None:
        pytest.skip("there is no mount here")
    with ExitStack() as stack:

        def mounted(folder: Path, size: str) -> None:
            options = f"size={size}"
            if folder.is_mount():
                options += ",remount"
            folder.mkdir(exist_ok=True)
            command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
            if subprocess.run(command, capture_output=True, check=False).returncode:
                pytest.skip("mounting is not permitted here")
            if "remount" not in options:
                stack.callback(subprocess.run, ["umount", str(folder)], check=True)

        yield mounted


@pytest.mark.parametrize("kilobytes", [4, 8, 16, 32, 64])
def test_a_disk_of_a_few_kilobytes(long_scene: Scene, mount: Resize, kilobytes: int) -> None:
    """The run ends with exit code 4 and whole lines; with more space it is completed."""
    run = long_scene.folder / f"small-{kilobytes}"
    mount(run, f"{kilobytes}k")
    done = long_scene.run(run)
    assert done.code == 4
    assert "No space left on device" in done.output
    assert all(key_of(line) is not None for line in log_lines(run))
    if kilobytes == 4:
        assert long_scene.simulator.stats()["requests"] == 0
    if kilobytes == 64:
        assert f"free space, then: asynceval resume {run}" in done.output
        assert len(log_lines(run)) > 10
    long_scene.check(run)
    mount(run, "4m")
    long_scene.resume(run)


@pytest.mark.parametrize("place", ["read-only", "file/run", "missing/and/deep"])
def test_a_place_that_cannot_be_written_to(scene: Scene, mount: Resize, place: str) -> None:
    """It is found out before anything is sent; folders that are missing are made."""
    run = scene.folder / place
    if place == "read-only":
        mount(run, "1m,ro")
    elif place == "file/run":
        run.parent.touch()
    done = scene.run(run)
    if place == "missing/and/deep":
        assert done.code == 0
        return
    assert done.code == 4
    assert f"error: {run}/lock: cannot be locked: " in done.output
    assert scene.simulator.stats()["requests"] == 0
