"""Repair: what is intact stays, what is not is set aside."""

import os
from errno import EIO, ENOSPC
from pathlib import Path

import pytest

from asynceval.domain.errors import StorageError
from asynceval.store.disk import Disk
from asynceval.store.line import encode
from asynceval.store.repair import repair
from asynceval.store.store import Store
from tests.store.disks import Tripwire, crash, refusing
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
        # Both lines beside a damaged newline are intact themselves.
        kept = content if position == second[-1] else parts[0] + parts[2]
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


def test_crash_at_every_call(tmp_path: Path) -> None:
    """A repair that is cut short loses no byte, and can be made again."""
    one, two, three = lines(1, 2, 3)
    content = one + b"broken\n" + two + three[:-30]
    number, is_done = 0, False
    while not is_done:
        number += 1
        run = tmp_path / str(number)
        run.mkdir()
        (run / NAME).write_bytes(content)
        try:
            repair(run, Tripwire(number, crash).disk())
            is_done = True
        except KeyboardInterrupt:
            assert (run / NAME).read_bytes() in (content, one + two)
        repair(run)
        assert (run / NAME).read_bytes() == one + two
        assert (run / "calls-1.jsonl.damaged").read_bytes().endswith(b"broken\n" + three[:-30])


def test_what_is_set_aside_is_safe_first(tmp_path: Path) -> None:
    """The damaged bytes are on the disk before they leave the log: a power loss takes neither."""
    (tmp_path / NAME).write_bytes(b"broken\n" + encode(record(1)))
    done = []
    disk = Disk(
        fsync=lambda descriptor: done.append(str(Path(f"/proc/self/fd/{descriptor}").readlink())),
        rename=lambda draft, path: done.append(f"{draft.name} -> {path.name}"),
    )
    repair(tmp_path, disk)
    assert done == [
        str(tmp_path / "calls-1.new"),
        str(tmp_path / "calls-1.jsonl.damaged"),
        str(tmp_path),
        "calls-1.new -> calls-1.jsonl",
        str(tmp_path),
    ]


@pytest.mark.parametrize("code", [ENOSPC, EIO], ids=os.strerror)
def test_failure_at_every_call(tmp_path: Path, code: int) -> None:
    """A repair that fails says so and leaves the log as it was, and no draft behind."""
    content = b"broken\n" + encode(record(1))
    number, is_done = 0, False
    while not is_done:
        number += 1
        (tmp_path / NAME).write_bytes(content)
        try:
            repair(tmp_path, Tripwire(number, refusing(code)).disk())
            is_done = True
        except StorageError as error:
            assert "cannot be repaired: " + os.strerror(code) in str(error)  # noqa: PT017
            assert (tmp_path / NAME).read_bytes() in (content, encode(record(1)))
            assert not list(tmp_path.glob("*.new"))


def test_links_are_not_followed(tmp_path: Path) -> None:
    """A link in the place of what a repair writes is refused, and its target is left alone."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    run = tmp_path / "run"
    run.mkdir()
    for name in ("calls-1.new", "calls-1.jsonl.damaged"):
        (run / NAME).write_bytes(b"broken\n")
        (run / name).symlink_to(victim)
        with pytest.raises(StorageError, match="cannot be repaired"):
            repair(run)
        assert victim.read_bytes() == b"precious"
        (run / name).unlink(missing_ok=True)
