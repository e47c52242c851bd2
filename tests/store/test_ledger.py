"""The ledger: what was sent is known before it is sent, so nothing that may be paid for is forgotten."""

from dataclasses import replace
from errno import EIO, ENOSPC
from pathlib import Path

import orjson
import pytest

from asynceval.domain.cell import Cell
from asynceval.domain.errors import DiskFullError, StorageError
from asynceval.domain.reply import Tokens, Usage
from asynceval.store.ledger import Lost
from asynceval.store.line import Record, sealed
from asynceval.store.repair import repair
from asynceval.store.store import Store
from tests.store.disks import Tripwire, refusing
from tests.store.samples import key, record

NAME = "ledger-1.jsonl"
WORST = Tokens(100, 50)
MODEL = ("answer", "qwen3-8b")
FIRST_WRITE = 6
"""The first call to the disk after a store was opened to write."""


def send(store: Store, number: int, *, reply: bool = False, paid: bool = True) -> None:
    """Send a call, and let it have its reply, fail for nothing, or come to nothing known."""
    asked = record(number)
    store.note_sent(asked.key, asked.cell, WORST)
    if reply:
        store.put(replace(asked, worst=WORST))
    if not paid:
        store.note_unpaid(asked.key, asked.cell, WORST)


def lost(folder: Path) -> dict[tuple[str, str], Lost]:
    """Return what a reader finds to be lost."""
    with Store(folder, write=False) as store:
        return store.lost()


def test_what_had_its_reply_or_cost_nothing_is_not_lost(tmp_path: Path) -> None:
    """Of all that was sent, the rest is: at once, and for whoever reads the folder later."""
    with Store(tmp_path, write=True) as store:
        send(store, 1, reply=True)
        assert store.lost() == {}
        send(store, 2, paid=False)
        assert store.lost() == {}
        send(store, 3)
        send(store, 4)
        assert store.lost() == {MODEL: Lost(2, 200, 100)}
    assert lost(tmp_path) == {MODEL: Lost(2, 200, 100)}


def test_an_attempt_stays_lost_when_its_call_is_made_again(tmp_path: Path) -> None:
    """The reply to another attempt settles that one alone, in whatever run it came."""
    with Store(tmp_path, write=True) as store:
        send(store, 1)
    with Store(tmp_path, write=True) as store:
        send(store, 1, paid=False)
        send(store, 1, reply=True)
    assert lost(tmp_path) == {MODEL: Lost(1, 100, 50)}


def test_models_and_judges_are_told_apart(tmp_path: Path) -> None:
    """A judgment counts for its judge."""
    judgment = Cell("q", "writing", 1, "m", judge="j")
    with Store(tmp_path, write=True) as store:
        send(store, 1)
        store.note_sent(key(2), judgment, Tokens(7, 8))
    assert lost(tmp_path) == {MODEL: Lost(1, 100, 50), ("judgment", "j"): Lost(1, 7, 8)}


def test_what_is_spent_has_the_lost_at_their_worst(tmp_path: Path) -> None:
    """Replies count with their tokens, what the server did not count with the worst case."""
    with Store(tmp_path, write=True) as store:
        send(store, 1, reply=True)
        send(store, 2)
        uncounted = record(3)
        store.note_sent(uncounted.key, uncounted.cell, WORST)
        silent = replace(uncounted.reply, usage=Usage(None, 4))
        store.put(replace(uncounted, reply=silent, worst=WORST))
        assert store.spent() == {MODEL: (12 + 100 + 100, 3 + 50 + 4)}


def test_replies_from_before_there_was_a_ledger_settle_nothing(tmp_path: Path) -> None:
    """Half the bytes stand for a completion of theirs that was not counted."""
    old = record(1, "x" * 40)
    with Store(tmp_path, write=True) as store:
        store.put(replace(old, reply=replace(old.reply, usage=Usage())))
        store.put(record(2))
        send(store, 3)
        send(store, 4)
        assert store.lost() == {MODEL: Lost(2, 200, 100)}
        assert store.spent() == {MODEL: (12 + 200, 20 + 3 + 100)}


def test_a_torn_last_line_is_cut(tmp_path: Path) -> None:
    """Nothing was sent for a line that was not written whole."""
    with Store(tmp_path, write=True) as store:
        send(store, 1)
        send(store, 2)
    path = tmp_path / NAME
    path.write_bytes(path.read_bytes()[:-20])
    assert lost(tmp_path)[MODEL].attempts == 1
    with Store(tmp_path, write=True) as store:
        (notice,) = store.notices
        assert NAME in notice
        assert "cut a torn last line" in notice
        send(store, 3)
    assert lost(tmp_path)[MODEL].attempts == 2


def test_damage_is_named_and_can_be_repaired(tmp_path: Path) -> None:
    """What is known to be spent is never silently less; a repair keeps every intact line."""
    with Store(tmp_path, write=True) as store:
        for number in range(3):
            send(store, number)
    path = tmp_path / NAME
    content = bytearray(path.read_bytes())
    content[5] ^= 1
    path.write_bytes(content)
    for write in (False, True):
        with pytest.raises(StorageError, match=r"ledger-1\.jsonl: no intact record at byte 0 "):
            Store(tmp_path, write=write)
    assert repair(tmp_path) == (tmp_path / f"{NAME}.damaged",)
    assert lost(tmp_path)[MODEL].attempts == 2


def test_a_line_that_is_ours_in_nothing_but_its_checksum_is_refused(tmp_path: Path) -> None:
    """The place is named, not a key of some dictionary."""
    (tmp_path / NAME).write_bytes(sealed(orjson.dumps({"key": key(1).hex()})))
    with pytest.raises(StorageError, match=r"ledger-1\.jsonl: byte 0: no record of an attempt"):
        lost(tmp_path)


@pytest.mark.parametrize(
    ("code", "error"), [(ENOSPC, DiskFullError), (EIO, StorageError)], ids=["full", "broken"]
)
def test_nothing_is_sent_that_cannot_be_noted(
    tmp_path: Path, code: int, error: type[StorageError]
) -> None:
    """The caller hears of it, and half a line is taken back."""
    with Store(tmp_path, write=True, disk=Tripwire(FIRST_WRITE, refusing(code)).disk()) as store:
        with pytest.raises(error):
            send(store, 1)
        assert store.lost() == {}
        send(store, 2)
    assert lost(tmp_path)[MODEL].attempts == 1


def test_what_cannot_be_taken_back_counts_as_paid(tmp_path: Path) -> None:
    """A full disk makes the budget smaller, never larger."""
    disk = Tripwire(FIRST_WRITE + 1, refusing(ENOSPC)).disk()
    with Store(tmp_path, write=True, disk=disk) as store:
        send(store, 1, paid=False)
        assert store.lost() == {MODEL: Lost(1, 100, 50)}


def test_a_line_has_what_people_need(tmp_path: Path) -> None:
    """Its key, whom it was for, and the tokens."""
    with Store(tmp_path, write=True) as store:
        send(store, 1, paid=False)
    sent, back = map(orjson.loads, (tmp_path / NAME).read_bytes().splitlines())
    del sent["crc"], back["crc"]
    assert sent == {
        "key": key(1).hex(),
        "kind": "answer",
        "model": "qwen3-8b",
        "attempts": 1,
        "prompt_tokens": 100,
        "completion_tokens": 50,
    }
    assert back == {**sent, "attempts": -1}


def test_a_log_from_before_there_was_a_ledger_is_not_read_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no attempt was ever noted none can be lost, however many replies there are."""
    with Store(tmp_path, write=True) as store:
        for number in range(5):
            store.put(record(number))
        read: list[int] = []
        whole = Store._record

        def counted(its: Store, place: int) -> Record:
            read.append(place)
            return whole(its, place)

        monkeypatch.setattr(Store, "_record", counted)
        assert store.lost() == {}
    assert len(read) <= 1
