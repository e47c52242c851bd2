"""A scene: one sweep, the report that it has to end with, and what must hold after a crash."""

import json
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from asynceval.store.line import key_of
from tests.durability.nursery import Ended, Nursery
from tests.e2e.rig import PATIENCE, Simulator, log_lines, until


@dataclass(frozen=True, slots=True)
class Scene:
    """A sweep of so many calls against a simulator that counts what is paid for."""

    PARALLEL: ClassVar[int] = 2

    folder: Path
    config: Path
    simulator: Simulator
    commands: Nursery
    calls: int
    report: str

    @classmethod
    def unbroken(
        cls, folder: Path, config: Path, simulator: Simulator, commands: Nursery
    ) -> "Scene":
        """Run the sweep once without a break, for its report."""
        run = folder / "unbroken"
        done = commands.run("run", config, "--run-dir", run)
        assert done.code == 0, done.output
        report = commands.run("report", run, "--json").output
        return cls(folder, config, simulator, commands, len(log_lines(run)), report)

    def run(
        self, run: Path, *, strike: int = 0, code: int = 0, longest: int | None = None
    ) -> Ended:
        """Run the sweep in a directory, with the simulator's ledger empty."""
        self.reset()
        child = self.commands.begin(
            "run",
            self.config,
            "--run-dir",
            run,
            acknowledged=self.acknowledged(run),
            strike=strike,
            code=code,
            longest=longest,
        )
        return child.end()

    def reset(self) -> None:
        """Let the simulator forget what was paid for."""
        url = f"{self.simulator.base_url[:-3]}/stats/reset"
        urllib.request.urlopen(urllib.request.Request(url, method="POST"), timeout=PATIENCE).close()

    def acknowledged(self, run: Path) -> Path:
        """Return the file of what the command has taken for stored."""
        return self.folder / f"{run.name}.acknowledged"

    def check(self, run: Path) -> None:
        """Assert: what is recorded was paid for, and what was taken for stored is recorded."""
        until(lambda: self.simulator.stats()["in_flight"] == 0, "the last calls to end")
        recorded = [json.loads(line) for line in log_lines(run) if key_of(line) is not None]
        keys = [record["key"] for record in recorded]
        paid, paid_twice = self.simulator.paid
        assert len(keys) == len(set(keys)) <= paid - paid_twice
        places = [[r["question"], r["turn"], r["target"], r["judge"]] for r in recorded]
        path = self.acknowledged(run)
        notes = path.read_text().splitlines() if path.exists() else []
        assert all(json.loads(note) in places for note in notes)

    def resume(self, run: Path, *, twice: int = PARALLEL) -> None:
        """Assert: the same command again completes the run, and pays for next to nothing twice."""
        lines = [line for line in log_lines(run) if key_of(line) is not None]
        done = self.commands.run("run", self.config, "--run-dir", run)
        assert done.code == 0, done.output
        paid, paid_twice = self.simulator.paid
        assert paid - paid_twice == self.calls
        assert paid_twice <= twice
        assert log_lines(run)[: len(lines)] == lines
        keys = [key_of(line) for line in log_lines(run)]
        assert len(keys) == len(set(keys)) == self.calls
        assert self.commands.run("report", run, "--json").output == self.report
