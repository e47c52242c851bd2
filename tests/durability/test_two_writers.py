"""Two commands, one run directory: one of them writes, the other is refused and told by whom."""

import os
import signal
from pathlib import Path

from tests.durability.nursery import Child, Nursery
from tests.durability.scene import Scene
from tests.e2e.rig import log_lines, until


def test_two_started_at_once(scene: Scene, commands: Nursery, other_commands: Nursery) -> None:
    """One of them is refused, before it sends anything, and the other is not disturbed."""
    for number in range(10):
        run = scene.folder / f"shared-{number}"
        leave = scene.folder / f"leave-{number}"
        scene.reset()
        arguments = ("run", scene.config, "--run-dir", run)
        order = (commands, other_commands) if number % 2 else (other_commands, commands)
        children = [where.begin(*arguments, linger=leave) for where in order]
        refused = _first_to_end(children)
        winner = next(child for child in children if child is not refused)
        told = refused.end()
        assert told.code == 4
        assert f"{run} is in use by process {winner.pid} on " in told.output
        leave.touch()
        assert winner.end().code == 0
        assert scene.simulator.paid == (scene.calls, 0)
        scene.resume(run, twice=0)


def test_resumed_while_the_first_stops(
    long_scene: Scene, commands: Nursery, other_commands: Nursery
) -> None:
    """A resume is refused until the run that stops has left, and then completes it."""
    run, leave = long_scene.folder / "stopped", long_scene.folder / "stopped.leave"
    long_scene.reset()
    first = commands.begin("run", long_scene.config, "--run-dir", run, linger=leave)
    until(lambda: len(log_lines(run)) > 5, "some calls")
    os.kill(first.pid, signal.SIGTERM)
    for _ in range(3):
        second = other_commands.run("resume", run)
        assert second.code == 4
        assert f"{run} is in use by process {first.pid} on " in second.output
    leave.touch()
    assert first.end().code == 130
    assert len(log_lines(run)) < long_scene.calls
    assert other_commands.run("resume", run).code == 0
    long_scene.resume(run, twice=0)


def test_a_killed_writer_is_no_hindrance(scene: Scene, commands: Nursery) -> None:
    """The lock of a process that is gone is free, whatever its file says."""
    run, leave = scene.folder / "gone", Path("never")
    scene.reset()
    first = commands.begin("run", scene.config, "--run-dir", run, linger=leave)
    until(lambda: len(log_lines(run)) == scene.calls, "the calls")
    os.kill(first.pid, signal.SIGKILL)
    assert first.end().code == -signal.SIGKILL
    assert str(first.pid) in (run / "lock").read_text()
    scene.resume(run, twice=0)


def _first_to_end(children: list[Child]) -> Child:
    until(lambda: any(child.has_ended() for child in children), "one to end")
    return next(child for child in children if child.has_ended())
