"""The log: whole lines only, wherever a crash, a full disk or a bad sector strikes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from errno import EBADF, EDQUOT, EFBIG, EIO, ENOSPC, EROFS
from pathlib import Path
from shutil import which
from textwrap import dedent

import pytest

from asynceval.domain.errors import DiskFullError, StorageError
from asynceval.store import log as module
from asynceval.store.disk import Disk
from asynceval.store.line import decode, encode, key_of
from asynceval.store.log import Damage, Found, Log
from asynceval.store.store import Store
from tests.store.disks import Tripwire, crash, in_pieces, refusing
from tests.store.samples import key, open_files, record

NAME = "calls-1.jsonl"


def write(folder: Path, *numbers: int) -> list[bytes]:
    """Append a record for each number; return all lines of the file."""
    log = Log(folder, write=True)
    for number in numbers:
        log.append(encode(record(number, f"Answer {number}: \u2028 é.")))
    log.close()
    return (folder / NAME).read_bytes().splitlines(keepends=True)


def scan(folder: Path) -> list[Found | Damage]:
    """Return what a reader finds in a folder's log."""
    log = Log(folder, write=False)
    try:
        return list(log.scan())
    finally:
        log.close()


def keys(folder: Path) -> list[bytes]:
    """Return the keys of the intact records."""
    return [item.key for item in scan(folder) if isinstance(item, Found)]


def reopen(folder: Path) -> tuple[Damage, ...]:
    """Open a log as a run does, and return what that cut."""
    log = Log(folder, write=True)
    try:
        return log.mend_tail()
    finally:
        log.close()


def test_append_and_read(tmp_path: Path) -> None:
    """What is appended is read back by the place that append gave."""
    log = Log(tmp_path, write=True)
    places = [log.append(encode(record(number))) for number in range(10)]
    assert [decode(log.read(place)) for place in places] == [record(n) for n in range(10)]
    assert [item.place for item in log.scan() if isinstance(item, Found)] == places
    log.sync()
    log.sync()
    log.close()
    assert keys(tmp_path) == [key(number) for number in range(10)]


@pytest.mark.parametrize("size", [4095 - 200, 4096, 8192, 40_000, 5 << 20])
def test_long_lines(tmp_path: Path, size: int) -> None:
    """A line is read whole, however it compares with what is read at once."""
    log = Log(tmp_path, write=True)
    items = [record(1, "x" * size), record(2), record(3, "y" * (size + 1))]
    places = [log.append(encode(item)) for item in items]
    assert [decode(log.read(place)) for place in places] == items
    assert [item.place for item in log.scan() if isinstance(item, Found)] == places
    log.close()


def test_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scan finds the same records wherever the chunks end that it reads."""
    write(tmp_path, *range(5))
    whole = scan(tmp_path)
    for chunk in (1, 7, 100, 301, 4096):
        monkeypatch.setattr(module, "_CHUNK", chunk)
        assert scan(tmp_path) == whole
        assert reopen(tmp_path) == ()
    assert scan(tmp_path) == whole


def test_nothing_there(tmp_path: Path) -> None:
    """A folder without a log is an empty log to a reader, and a reader makes no file."""
    assert scan(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_private(tmp_path: Path) -> None:
    """Nobody else may read what was asked and answered."""
    write(tmp_path, 1)
    assert (tmp_path / NAME).stat().st_mode & 0o077 == 0


def test_link_is_refused(tmp_path: Path) -> None:
    """A log file that is a link to some other file is not followed."""
    (tmp_path / "victim").touch()
    (tmp_path / NAME).symlink_to(tmp_path / "victim")
    with pytest.raises(StorageError, match=r"calls-1\.jsonl: cannot be opened"):
        Log(tmp_path, write=True)


def test_torn_anywhere(tmp_path: Path) -> None:
    """Cut at any byte of its last records, a log opens, keeps the whole ones, and grows on."""
    lines = write(tmp_path, *range(6))
    content = b"".join(lines)
    ends = [sum(map(len, lines[: number + 1])) for number in range(6)]
    path, before = tmp_path / NAME, 3
    for length in range(ends[2], len(content) + 1):
        path.write_bytes(content[:length])
        # A record is whole without its newline too.
        whole = sum(end - 1 <= length for end in ends)
        assert whole >= before
        before = whole
        assert keys(tmp_path) == [key(number) for number in range(whole)]

        cut = reopen(tmp_path)
        is_torn = length not in ends and length + 1 not in ends
        assert [(item.offset, item.offset + item.length) for item in cut] == (
            [(ends[whole - 1], length)] if is_torn else []
        )
        assert path.read_bytes() == b"".join(lines[:whole])

        write(tmp_path, 99)
        assert scan(tmp_path) == [
            Found(key(number), place)
            for number, place in zip(
                [*range(whole), 99], [0, *ends[: whole - 1], ends[whole - 1]], strict=True
            )
        ]


def test_first_record_torn(tmp_path: Path) -> None:
    """A log that is nothing but a torn line becomes an empty one."""
    (line,) = write(tmp_path, 1)
    for length in range(len(line) - 1):
        (tmp_path / NAME).write_bytes(line[:length])
        assert len(reopen(tmp_path)) == (length > 0)
        assert (tmp_path / NAME).read_bytes() == b""


def test_zeros_at_the_end(tmp_path: Path) -> None:
    """Zeros, which some file systems leave behind after a power loss, are cut like a torn line."""
    lines = write(tmp_path, 1, 2)
    with (tmp_path / NAME).open("ab") as file:
        file.write(bytes(5000))
    (cut,) = reopen(tmp_path)
    assert (cut.offset, cut.length) == (sum(map(len, lines)), 5000)
    assert keys(tmp_path) == [key(1), key(2)]


def test_damage_in_the_middle(tmp_path: Path) -> None:
    """A damaged line is named with its offset, the others are found, and nothing is cut."""
    lines = write(tmp_path, *range(4))
    damaged = bytearray(b"".join(lines))
    offset = len(lines[0]) + len(lines[1])
    damaged[offset + 100] ^= 4
    (tmp_path / NAME).write_bytes(damaged)
    assert reopen(tmp_path) == ()
    items = scan(tmp_path)
    found = Damage(tmp_path / NAME, offset, len(lines[2]), is_tail=False)
    assert [item for item in items if isinstance(item, Damage)] == [found]
    assert str(found).startswith(f"{tmp_path / NAME}: no intact record at byte {offset} ")
    assert keys(tmp_path) == [key(0), key(1), key(3)]


def test_blank_lines(tmp_path: Path) -> None:
    """Blank lines, as a text editor leaves them, are no damage."""
    first, second = write(tmp_path, 1, 2)
    (tmp_path / NAME).write_bytes(first + b"\n  \n" + second + b"\n")
    assert keys(tmp_path) == [key(1), key(2)]
    assert not any(isinstance(item, Damage) for item in scan(tmp_path))


def test_shards(tmp_path: Path) -> None:
    """Files of other machines are read beside our own, and only one file is written to."""
    write(tmp_path, 1, 2)
    shard = tmp_path / "calls-2-other.jsonl"
    shard.write_bytes(encode(record(3)) + encode(record(4)))
    (tmp_path / "calls-1.jsonl.damaged").write_bytes(b"what a repair has set aside")
    write(tmp_path, 5)
    assert keys(tmp_path) == [key(number) for number in (1, 2, 5, 3, 4)]
    log = Log(tmp_path, write=False)
    places = [item.place for item in log.scan() if isinstance(item, Found)]
    assert [key_of(log.read(place)) for place in places] == keys(tmp_path)
    log.close()
    assert shard.read_bytes() == encode(record(3)) + encode(record(4))


def test_torn_shard(tmp_path: Path) -> None:
    """Each file's torn tail is cut."""
    lines = write(tmp_path, 1, 2)
    for name in (NAME, "calls-2.jsonl"):
        (tmp_path / name).write_bytes(lines[0] + lines[1][:50])
    assert [cut.file.name for cut in reopen(tmp_path)] == [NAME, "calls-2.jsonl"]
    assert keys(tmp_path) == [key(1), key(1)]


def test_short_writes(tmp_path: Path) -> None:
    """A line that the system takes in pieces is written to its end."""
    log = Log(tmp_path, write=True, disk=Disk(write=lambda fd, data: os.write(fd, data[:13])))
    for number in (1, 2):
        log.append(encode(record(number)))
    log.close()
    assert keys(tmp_path) == [key(1), key(2)]
    assert len(scan(tmp_path)) == 2


def test_nothing_written(tmp_path: Path) -> None:
    """A system that takes a part and then nothing more is an error, and the part is taken back."""
    write(tmp_path, 1)
    log = Log(tmp_path, write=True, disk=Disk(write=in_pieces(20, 0, 9999)))
    with pytest.raises(StorageError, match="nothing was written"):
        log.append(encode(record(2)))
    log.append(encode(record(3)))
    log.close()
    assert scan(tmp_path)[1:] == [Found(key(3), len(encode(record(1, "Answer 1: \u2028 é."))))]


def test_failed_sync(tmp_path: Path) -> None:
    """A sync that failed is said once, and not taken for done by trying again."""
    write(tmp_path)
    tripwire = Tripwire(4, refusing(EIO))
    log = Log(tmp_path, write=True, disk=tripwire.disk())
    log.append(encode(record(1)))
    with pytest.raises(StorageError, match="cannot be synced: Input/output error") as caught:
        log.sync()
    assert not isinstance(caught.value, DiskFullError)
    log.sync()
    assert tripwire.calls == 4
    log.close()


def test_a_sync_on_a_full_disk_is_not_tried_again(tmp_path: Path) -> None:
    """After it the kernel may have dropped what was written, so it is not taken for a full disk."""
    log = Log(tmp_path, write=True)
    log.close()
    log = Log(tmp_path, write=True, disk=Tripwire(4, refusing(ENOSPC)).disk())
    log.append(encode(record(1)))
    with pytest.raises(StorageError) as caught:
        log.sync()
    assert not isinstance(caught.value, DiskFullError)
    log.close()


@pytest.mark.parametrize("code", [ENOSPC, EDQUOT, EFBIG], ids=os.strerror)
def test_no_space_is_told_apart(tmp_path: Path, code: int) -> None:
    """For lack of space an append can be made again, and the line is then whole and there once."""
    write(tmp_path, 1)
    log = Log(tmp_path, write=True, disk=Tripwire(3, refusing(code)).disk())
    with pytest.raises(DiskFullError, match="cannot be written"):
        log.append(encode(record(2)))
    assert (tmp_path / NAME).read_bytes() == encode(record(1, "Answer 1: \u2028 é."))
    place = log.append(encode(record(2)))
    assert decode(log.read(place)) == record(2)
    log.close()
    assert keys(tmp_path) == [key(1), key(2)]


@pytest.mark.parametrize("code", [EIO, EROFS, EBADF], ids=os.strerror)
def test_other_errors_are_not_a_full_disk(tmp_path: Path, code: int) -> None:
    """A disk that is broken is no matter of waiting."""
    log = Log(tmp_path, write=True, disk=Disk(write=refusing(code)))
    with pytest.raises(StorageError) as caught:
        log.append(encode(record(1)))
    assert not isinstance(caught.value, DiskFullError)
    log.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a file system of 64 kB, where one can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if which("mount") is None:
        pytest.skip("there is no mount here")
    options = ["-t", "tmpfs", "-o", "size=64k", "tmpfs"]
    done = subprocess.run(["mount", *options, str(folder)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("mounting is not permitted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("size", [1, 100, 1500, 9000])
def test_full_disk(small_disk: Path, size: int) -> None:
    """On a full disk an append fails, the file holds whole lines, and space lets it go on."""
    (small_disk / "ballast").write_bytes(bytes(8192))
    log = Log(small_disk, write=True)
    written = _fill(log, size)
    log.close()
    assert written > 0
    _holds_whole_lines(small_disk, written)
    (small_disk / "ballast").unlink()
    write(small_disk, 7_777)
    assert keys(small_disk)[-1] == key(7_777)


def test_file_size_limit(tmp_path: Path) -> None:
    """A file that may not grow fails an append as well, with whole lines only."""
    program = dedent("""\
        import resource, sys
        from pathlib import Path
        from asynceval.store.log import Log
        from tests.store.test_log import _fill
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
        print(_fill(Log(Path(sys.argv[1]), write=True), 800))
    """)
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((os.environ.get("PYTHONPATH", "."), "."))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    _holds_whole_lines(tmp_path, int(done.stdout))
    assert 0 < (tmp_path / NAME).stat().st_size <= 20_000


def test_cannot_be_cut(tmp_path: Path) -> None:
    """A failed line that cannot be taken back is told all the same, and cut on the next opening.

    Nothing is written behind it until then: that would make damage of a torn tail.
    """
    write(tmp_path, 1)
    disk = Disk(write=in_pieces(20, 0, 9999, 9999), truncate=refusing(EIO))
    log = Log(tmp_path, write=True, disk=disk)
    for number in (2, 3):
        with pytest.raises(StorageError, match="cannot be written"):
            log.append(encode(record(number)))
    log.close()
    assert [cut.length for cut in reopen(tmp_path)] == [20]
    assert keys(tmp_path) == [key(1)]


def test_cut_before_the_next_line(tmp_path: Path) -> None:
    """A part that could not be taken back at once is taken back before the next line."""
    write(tmp_path, 1)
    answers = iter([refusing(EIO), os.ftruncate])
    disk = Disk(
        write=in_pieces(20, 0, 9999),
        truncate=lambda *arguments: next(answers)(*arguments),  # noqa: PLW0108 - one after another
    )
    log = Log(tmp_path, write=True, disk=disk)
    with pytest.raises(StorageError):
        log.append(encode(record(2)))
    log.append(encode(record(3)))
    log.close()
    assert keys(tmp_path) == [key(1), key(3)]
    assert len(scan(tmp_path)) == 2


def test_interrupted_in_the_middle(tmp_path: Path) -> None:
    """A write that an interrupt ends halfway leaves nothing that the next line could be spoilt by."""
    log = Log(tmp_path, write=True, disk=Tripwire(3, crash).disk())
    with pytest.raises(KeyboardInterrupt):
        log.append(encode(record(1)))
    place = log.append(encode(record(2)))
    assert decode(log.read(place)) == record(2)
    log.close()
    assert scan(tmp_path) == [Found(key(2), 0)]


def test_a_line_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that is too long for a record is refused before it fills the memory."""
    first, *_ = write(tmp_path, 1)
    with (tmp_path / NAME).open("ab") as file:
        file.write(b"x" * 2000)
    monkeypatch.setattr(module, "_CHUNK", 100)
    monkeypatch.setattr(module, "_LONGEST", 1000)
    with pytest.raises(StorageError, match=f"the line at byte {len(first)} is too long"):
        scan(tmp_path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """A pipe in the place of a log is refused, not read until somebody writes to it."""
    os.mkfifo(tmp_path / NAME)
    with pytest.raises(StorageError, match="cannot be opened"):
        Store(tmp_path, write=False)


def test_closed(tmp_path: Path) -> None:
    """Closing twice is fine, and no descriptor stays open."""
    before = open_files()
    log = Log(tmp_path, write=True)
    log.close()
    log.close()
    assert open_files() == before


def _fill(log: Log, size: int) -> int:
    """Append until it fails; return how many lines went in."""
    for number in range(10_000):
        try:
            log.append(encode(record(number, "x" * size)))
        except StorageError:
            return number
    raise AssertionError("the disk was never full")


def _holds_whole_lines(folder: Path, count: int) -> None:
    assert (folder / NAME).read_bytes().endswith(b"\n")
    assert keys(folder) == [key(number) for number in range(count)]
    assert len(scan(folder)) == count


def test_a_deleted_log_is_noticed(tmp_path: Path) -> None:
    """A log that was deleted under a run is an error at the next sync, not a silent loss."""
    log = Log(tmp_path, write=True)
    try:
        log.append(encode(record(1)))
        log.files[0].unlink()
        with pytest.raises(StorageError, match="was deleted"):
            log.sync()
    finally:
        log.close()
