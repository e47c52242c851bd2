"""Repair: what is intact stays, what is not is set aside."""

import os
from pathlib import Path

import pytest

from asynceval.domain.errors import StorageError
from asynceval.store.line import encode
from asynceval.store.repair import repair
from asynceval.store.store import Store
from tests.store.samples import key, record

NAME = "calls-1.jsonl"


def lines(*numbers: int) -> list[bytes]:
    """Return the lines of some records."""
    return [encode(record(number)) for number in numbers]


def test_intact(tmp_path: Path) -> None:
    """An intact log is left as it is, and nothing is left beside it."""
    content = b"".join(lines(1, 2))
    (tmp_path / NAME).write_bytes(content)
    assert repair(tmp_path) == ()
    assert (tmp_path / NAME).read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_damaged(tmp_path: Path) -> None:
    """Every intact line is kept in its order, and every other byte is set aside."""
    one, two, three, four = lines(1, 2, 3, 4)
    broken = bytes([two[0] ^ 1]) + two[1:]
    (tmp_path / NAME).write_bytes(one + broken + three + b"\xff\x00\n" + four[:-1])
    damaged = tmp_path / "calls-1.jsonl.damaged"
    assert repair(tmp_path) == (damaged,)
    assert (tmp_path / NAME).read_bytes() == one + three + four
    assert damaged.read_bytes() == broken + b"\xff\x00\n"
    with Store(tmp_path, write=True) as store:
        assert [item.key for item in store.records()] == [key(1), key(3), key(4)]
        assert store.notices == ()
    assert repair(tmp_path) == ()


def test_every_flip(tmp_path: Path) -> None:
    """Whichever byte of a log is flipped, repair loses the lines it belongs to and no other."""
    parts = lines(1, 2, 3)
    content = b"".join(parts)
    second = range(len(parts[0]), len(parts[0]) + len(parts[1]))
    for position in second:
        broken = bytearray(content)
        broken[position] ^= 0x40
        (tmp_path / NAME).write_bytes(broken)
        repair(tmp_path)
        # The newline of the second line belongs to the third as well.
        kept = parts[0] if position == second[-1] else parts[0] + parts[2]
        assert (tmp_path / NAME).read_bytes() == kept


def test_twice(tmp_path: Path) -> None:
    """What a second repair sets aside is added to what the first one did."""
    for number in (1, 2):
        with (tmp_path / NAME).open("ab") as file:
            file.write(b"broken %d\n" % number + encode(record(number)))
        assert len(repair(tmp_path)) == 1
    assert (tmp_path / "calls-1.jsonl.damaged").read_bytes() == b"broken 1\nbroken 2\n"
    assert (tmp_path / NAME).read_bytes() == b"".join(lines(1, 2))


def test_shards(tmp_path: Path) -> None:
    """Each file of the log is repaired by itself."""
    (tmp_path / NAME).write_bytes(encode(record(1)))
    (tmp_path / "calls-2.jsonl").write_bytes(b"broken\n" + encode(record(2)))
    assert [path.name for path in repair(tmp_path)] == ["calls-2.jsonl.damaged"]
    assert (tmp_path / NAME).read_bytes() == encode(record(1))
    assert (tmp_path / "calls-2.jsonl").read_bytes() == encode(record(2))


def test_private(tmp_path: Path) -> None:
    """Nobody else may read a repaired log, as nobody could before."""
    (tmp_path / NAME).write_bytes(b"broken\n" + encode(record(1)))
    (tmp_path / NAME).chmod(0o600)
    repair(tmp_path)
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.iterdir())


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """A repair that is cut short leaves the log as it was, and can be made again."""
    content = b"broken\n" + encode(record(1))
    (tmp_path / NAME).write_bytes(content)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, moment, crash)
    with pytest.raises(KeyboardInterrupt):
        repair(tmp_path)
    monkeypatch.undo()
    assert (tmp_path / NAME).read_bytes() == content
    repair(tmp_path)
    assert (tmp_path / NAME).read_bytes() == encode(record(1))


def test_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a full disk repair says which file, and leaves the log as it was."""
    content = b"broken\n" + encode(record(1))
    (tmp_path / NAME).write_bytes(content)

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StorageError, match=r"calls-1\.jsonl: cannot be repaired: No space"):
        repair(tmp_path)
    assert (tmp_path / NAME).read_bytes() == content
    assert not list(tmp_path.glob("*.new"))
