"""The store: what was paid for once is there for good."""

import os
from dataclasses import replace
from errno import EDQUOT, EFBIG, EIO, ENOSPC
from pathlib import Path

import orjson
import pytest

from asynceval.domain.cell import Cell
from asynceval.domain.errors import DiskFullError, StorageError
from asynceval.domain.failure import Cause, Failure
from asynceval.report.outcomes import read_causes
from asynceval.store.line import encode
from asynceval.store.store import Store
from tests.store.disks import Tripwire, refusing
from tests.store.samples import key, open_files, record

NAME = "calls-1.jsonl"
CELL = Cell("q1", "math", 2, "qwen3-8b")


def fill(folder: Path, *numbers: int) -> bytes:
    """Put a record for each number; return the whole log."""
    with Store(folder, write=True) as store:
        for number in numbers:
            store.put(record(number))
    return (folder / NAME).read_bytes()


def test_put_and_get(tmp_path: Path) -> None:
    """A reply that was put is got by its key, at once and after opening anew."""
    with Store(tmp_path, write=True) as store:
        assert store.get(key(1)) is None
        store.put(record(1, "One."))
        store.put(record(2, "Two."))
        assert store.get(key(1)) == record(1, "One.").reply
        store.sync()
    for write in (False, True):
        with Store(tmp_path, write=write) as store:
            assert len(store) == 2
            assert store.get(key(2)) == record(2, "Two.").reply
            assert store.get(key(3)) is None
            assert store.notices == ()


def test_records(tmp_path: Path) -> None:
    """All records come back whole, in the order in which they were put."""
    fill(tmp_path, 3, 1, 2)
    with Store(tmp_path, write=False) as store:
        assert list(store.records()) == [record(3), record(1), record(2)]


def test_empty(tmp_path: Path) -> None:
    """A folder without a log is a store without calls."""
    with Store(tmp_path, write=False) as store:
        assert len(store) == 0
        assert list(store.records()) == []


def test_duplicates(tmp_path: Path) -> None:
    """Of lines with one key the first counts; how many stand twice is told, and how many differ."""
    lines = [encode(record(1, text)) for text in ("first", "second", "third")]
    (tmp_path / NAME).write_bytes(b"".join(lines) + encode(record(2)))
    with Store(tmp_path, write=False) as store:
        assert len(store) == 2
        assert [item.reply.text for item in store.records()] == ["first", "An answer."]
        assert store.notices == (
            f"{tmp_path}: 2 lines stand twice in the log; the first one counts",
            f"{tmp_path}: 2 lines stand twice with another reply; the first one counts",
        )


def test_duplicates_that_agree(tmp_path: Path) -> None:
    """Lines that stand twice with the same reply are told, and not as differing."""
    other = encode(replace(record(1), attempts=2, at=1.0))
    (tmp_path / NAME).write_bytes(encode(record(2)) + encode(record(1)) * 2 + other)
    (tmp_path / "calls-2.jsonl").write_bytes(encode(record(2)))
    with Store(tmp_path, write=False) as store:
        assert store.notices == (
            f"{tmp_path}: 3 lines stand twice in the log; the first one counts",
        )


def test_duplicates_of_shards(tmp_path: Path) -> None:
    """A call that two machines have paid for counts as the first file has it."""
    fill(tmp_path, 1)
    (tmp_path / "calls-2.jsonl").write_bytes(encode(record(1, "other")) + encode(record(2)))
    with Store(tmp_path, write=False) as store:
        assert [item.key for item in store.records()] == [key(1), key(2)]
        assert store.get(key(1)) == record(1).reply


def test_shared_prefix(tmp_path: Path) -> None:
    """A key is never mistaken for another that begins like it."""
    fill(tmp_path, 1)
    with Store(tmp_path, write=False) as store:
        assert store.get(key(1)[:8] + bytes(8)) is None


def test_torn_tail(tmp_path: Path) -> None:
    """A torn last line is cut with a notice when a run opens, and passed over by a reader."""
    content = fill(tmp_path, 1, 2, 3)
    (tmp_path / NAME).write_bytes(content[:-20])
    with Store(tmp_path, write=False) as store:
        assert len(store) == 2
        assert store.notices == ()
    with Store(tmp_path, write=True) as store:
        (notice,) = store.notices
        assert f"{tmp_path / NAME}: cut a torn last line of" in notice
        store.put(record(3))
        assert store.get(key(3)) == record(3).reply
    assert (tmp_path / NAME).read_bytes() == content


def test_damage(tmp_path: Path) -> None:
    """Damage in the middle refuses to open, and says where it is and what to do."""
    content = bytearray(fill(tmp_path, 1, 2, 3))
    content[len(content) // 2] ^= 1
    (tmp_path / NAME).write_bytes(content)
    for write in (False, True):
        with pytest.raises(StorageError, match=r"no intact record at byte \d+ .* --repair"):
            Store(tmp_path, write=write)
    assert (tmp_path / NAME).read_bytes() == content


def test_other_file(tmp_path: Path) -> None:
    """A file that never was a log is refused as damaged, not emptied."""
    (tmp_path / NAME).write_bytes(b"some\nother\nfile\n")
    with pytest.raises(StorageError, match="no intact record at byte 0"):
        Store(tmp_path, write=True)
    assert (tmp_path / NAME).read_bytes() == b"some\nother\nfile\n"


def test_folder_for_a_log(tmp_path: Path) -> None:
    """A folder where the log should be is told in a sentence."""
    (tmp_path / NAME).mkdir()
    for write in (False, True):
        with pytest.raises(StorageError, match="cannot be opened: Is a directory"):
            Store(tmp_path, write=write)


def test_no_folder(tmp_path: Path) -> None:
    """A run directory that cannot be is told in a sentence."""
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be opened"):
        Store(tmp_path / "file" / "run", write=True)


def test_nothing_stays_open(tmp_path: Path) -> None:
    """A store that refuses to open leaves no file open."""
    (tmp_path / NAME).write_bytes(b"damaged\n")
    before = open_files()
    with pytest.raises(StorageError):
        Store(tmp_path, write=True)
    assert open_files() == before


def test_failures(tmp_path: Path) -> None:
    """A failure is noted for people and for the report, and is never an answer."""
    failure = Failure(Cause.CONTEXT_LENGTH, "too long: \u2028", 400)
    with Store(tmp_path, write=True) as store:
        store.note_failure(key(1), CELL, failure, 1.23456)
        store.note_failure(key(2), CELL, Failure(Cause.SERVER, "HTTP 500", 500), 2)
        store.note_failure(key(2), CELL, Failure(Cause.TIMEOUT, "late"), 3)
        assert len(store) == 0
        assert store.get(key(1)) is None
    first, *_ = (tmp_path / "failures.jsonl").read_bytes().split(b"\n")
    assert orjson.loads(first) == {
        "key": key(1).hex(),
        "question": "q1",
        "category": "math",
        "turn": 2,
        "target": "qwen3-8b",
        "choice": 0,
        "judge": None,
        "repeat": 0,
        "opponent": None,
        "order": 1,
        "cause": "context_length",
        "message": "too long: \u2028",
        "status": 400,
        "at": 1.235,
    }
    assert read_causes(tmp_path) == {key(1): Cause.CONTEXT_LENGTH, key(2): Cause.TIMEOUT}


def test_torn_failure(tmp_path: Path) -> None:
    """A failure note that a full disk has torn does not spoil the next one."""
    for number in (1, 2):
        with Store(tmp_path, write=True) as store:
            store.note_failure(key(number), CELL, Failure(Cause.SERVER, "HTTP 500"), 0)
        path = tmp_path / "failures.jsonl"
        path.write_bytes(path.read_bytes()[:-5] if number == 1 else path.read_bytes())
    assert read_causes(tmp_path) == {key(2): Cause.SERVER}


@pytest.mark.parametrize("code", [ENOSPC, EIO], ids=os.strerror)
def test_a_failure_that_cannot_be_noted_is_counted(tmp_path: Path, code: int) -> None:
    """It ends no run, for no result depends on it, and half a line does not spoil the next one."""
    failure = Failure(Cause.SERVER, "HTTP 500")
    with Store(tmp_path, write=True) as store:
        store.note_failure(key(1), CELL, failure, 0)
    # On opening: log, folder, failures.
    with Store(tmp_path, write=True, disk=Tripwire(6, refusing(code)).disk()) as store:
        for number in (2, 3):
            store.note_failure(key(number), CELL, failure, 0)
    assert store.unnoted == 1
    assert read_causes(tmp_path) == {key(1): Cause.SERVER, key(3): Cause.SERVER}


def test_failures_keep_one_file_open(tmp_path: Path) -> None:
    """Thousands of failures open no more files than one does."""
    before = open_files()
    with Store(tmp_path, write=True) as store:
        opened = open_files()
        tripwire = Tripwire(0, refusing(EIO))
        for number in range(100):
            store.note_failure(key(number), CELL, Failure(Cause.SERVER, ""), 0)
        assert open_files() == opened
    assert open_files() == before
    with Store(tmp_path, write=True, disk=tripwire.disk()) as store:
        calls = tripwire.calls
        store.note_failure(key(1), CELL, Failure(Cause.SERVER, ""), 0)
        assert tripwire.calls == calls + 1


@pytest.mark.parametrize("obstacle", ["folder", "link"])
def test_failures_cannot_be_opened(tmp_path: Path, obstacle: str) -> None:
    """What stands in the place of the notes is told on opening, before anything is paid for."""
    path = tmp_path / "failures.jsonl"
    if obstacle == "folder":
        path.mkdir()
    else:
        (tmp_path / "victim").touch()
        path.symlink_to(tmp_path / "victim")
    before = open_files()
    with pytest.raises(StorageError, match=r"failures\.jsonl: cannot be opened"):
        Store(tmp_path, write=True)
    assert open_files() == before


def test_private(tmp_path: Path) -> None:
    """Nobody else may read what was asked, answered and refused, whatever the umask allows."""
    mask = os.umask(0)
    try:
        fill(tmp_path, 1)
    finally:
        os.umask(mask)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        NAME,
        "failures.jsonl",
        "ledger-1.jsonl",
    ]
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.iterdir())


@pytest.mark.parametrize("code", [ENOSPC, EDQUOT, EFBIG], ids=os.strerror)
def test_a_put_on_a_full_disk_can_be_made_again(tmp_path: Path, code: int) -> None:
    """Until there is space the call is not done; then the same put stores it, once."""
    fill(tmp_path, 1)
    with Store(tmp_path, write=True, disk=Tripwire(6, refusing(code)).disk()) as store:
        with pytest.raises(DiskFullError):
            store.put(record(2))
        assert store.get(key(2)) is None
        assert len(store) == 1
        store.put(record(2))
        assert store.get(key(2)) == record(2).reply
    with Store(tmp_path, write=True) as store:
        assert [item.key for item in store.records()] == [key(1), key(2)]
        assert store.notices == ()
