"""Power lost at any moment: what was synced is there, and nothing is there that was not written."""

import os
from pathlib import Path
from random import Random
from shutil import rmtree

import pytest

from asynceval.domain.errors import StorageError
from asynceval.store import request
from asynceval.store.disk import Disk
from asynceval.store.line import Record
from asynceval.store.repair import repair
from asynceval.store.store import Store
from tests.durability.power import FrailDisk
from tests.store.samples import plan, record

SEEDS = 1000
NO_SYNC = Disk(fsync=lambda _: None)
PLANS = (plan("one"), plan("two", questions=4))


class Life:
    """A random run on a frail disk, and what it was promised when."""

    def __init__(self, folder: Path, random: Random) -> None:
        """Live it: a request, calls, syncs, a full disk, a restart with another request."""
        self.frail = FrailDisk()
        self.put: dict[bytes, Record] = {}
        self.promised: list[tuple[int, frozenset[bytes]]] = [(0, frozenset())]
        self.requested: list[tuple[int, int]] = []
        number = 0
        for turn, asked in enumerate(PLANS):
            request.write(folder, asked, self.frail.disk())
            self.requested.append((len(self.frail.journal), turn))
            with Store(folder, write=True, disk=self.frail.disk()) as store:
                for _ in range(random.randint(1, 8)):
                    for _ in range(random.randint(0, 4)):
                        number += 1
                        self._put(store, record(number, "x" * random.choice((0, 40, 5000))))
                    if random.random() < 0.6:
                        store.sync()
                        self._promise()
            self._promise()

    def _put(self, store: Store, item: Record) -> None:
        store.put(item)
        self.put[item.key] = item

    def _promise(self) -> None:
        self.promised.append((len(self.frail.journal), frozenset(self.put)))

    def check(self, folder: Path, moment: int, *, in_order: bool) -> None:
        """Assert what the folder must hold when power was lost after that many calls."""
        promised = max((p for p in self.promised if p[0] <= moment), key=lambda p: p[0])[1]
        asked = [turn for at, turn in self.requested if at <= moment]
        if asked:
            assert request.read(folder) in PLANS[asked[-1] :]
        elif (folder / "sweep.json").exists():
            assert request.read(folder) == PLANS[0]
        try:
            store = Store(folder, write=True, disk=NO_SYNC)
        except StorageError as error:
            assert not in_order, error  # noqa: PT017
            assert "--repair" in str(error)  # noqa: PT017
            repair(folder, NO_SYNC)
            store = Store(folder, write=True, disk=NO_SYNC)
        with store:
            found = {item.key: item for item in store.records()}
            assert promised <= found.keys()
            assert all(self.put[key] == item for key, item in found.items())
            assert not any("twice" in notice for notice in store.notices)
        request.write(folder, PLANS[0], NO_SYNC)
        assert request.read(folder) == PLANS[0]


@pytest.mark.parametrize("in_order", [True, False], ids=["suffix-lost", "reordered"])
def test_power_loss(tmp_path: Path, *, in_order: bool) -> None:
    """In order a run goes on by itself; out of order `verify --repair` may be needed, not more."""
    first = int(os.environ.get("ASYNCEVAL_TEST_SEED") or 0)
    for seed in range(first, first + (1 if first else SEEDS // 2)):
        random = Random(f"{seed} {in_order}")
        life = Life(tmp_path / "run", random)
        for _ in range(2):
            moment = random.randint(0, len(life.frail.journal))
            after = tmp_path / "after"
            after.mkdir()
            files = life.frail.after_power_loss(moment, random, in_order=in_order)
            for name, content in files.items():
                (after / name).write_bytes(content)
            try:
                life.check(after, moment, in_order=in_order)
            except BaseException:
                print(f"ASYNCEVAL_TEST_SEED={seed}, power lost after call {moment}")  # noqa: T201
                raise
            rmtree(after)
        rmtree(tmp_path / "run")
