"""One flipped byte anywhere in a log: reported, never a wrong reply."""

import os
from pathlib import Path
from random import Random

from asynceval.domain.errors import StorageError
from asynceval.store.disk import Disk
from asynceval.store.line import Record, encode
from asynceval.store.repair import repair
from asynceval.store.store import Store
from tests.store.samples import record

FLIPS = 2000
NO_SYNC = Disk(fsync=lambda _: None)


def found(run: Path) -> list[Record]:
    """Return all records of a log."""
    with Store(run, write=False) as store:
        return list(store.records())


def test_a_flipped_byte_is_never_a_wrong_reply(tmp_path: Path) -> None:
    """A log with one is refused, or read without that record; repair keeps every other one."""
    seed = int(os.environ.get("ASYNCEVAL_TEST_SEED") or 1)
    random = Random(seed)
    records = [record(number, f"Answer {number}, é: " + "word " * 200) for number in range(40)]
    lines = [encode(item) for item in records]
    content = b"".join(lines)
    assert len(content) > 50_000
    path = tmp_path / "calls-1.jsonl"
    refused = 0
    for position in (*range(len(content) - 3, len(content)), *_random(random, len(content))):
        flipped = bytearray(content)
        flipped[position] ^= 1 << random.randrange(8)
        hit = _hit(lines, position)
        intact = [item for number, item in enumerate(records) if number not in hit]
        path.write_bytes(flipped)
        place = f"seed {seed}, byte {position}"
        try:
            assert found(tmp_path) == intact, place
        except StorageError as error:
            refused += 1
            start = sum(map(len, lines[: min(hit)]))
            assert f"no intact record at byte {start} " in str(error)  # noqa: PT017
        repair(tmp_path, NO_SYNC)
        kept = found(tmp_path)
        assert [item for item in kept if item in intact] == intact, place
        assert all(item in records for item in kept), place
        (tmp_path / "calls-1.jsonl.damaged").unlink(missing_ok=True)
    assert refused > FLIPS * 0.9


def _random(random: Random, length: int) -> list[int]:
    return [random.randrange(length) for _ in range(FLIPS)]


def _hit(lines: list[bytes], position: int) -> set[int]:
    """Return the numbers of the lines that a byte belongs to: a newline belongs to two."""
    end = 0
    for number, line in enumerate(lines):
        end += len(line)
        if position < end - 1:
            return {number}
        if position == end - 1:
            return {number, number + 1} if number + 1 < len(lines) else {number}
    raise AssertionError
