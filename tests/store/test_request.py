"""The request: a run directory knows by itself what was asked of it."""

import os
from dataclasses import replace
from errno import EIO, ENOSPC
from itertools import count
from pathlib import Path

import orjson
import pytest

from asynceval.domain.errors import StorageError
from asynceval.domain.question import Question
from asynceval.domain.sweep import Budget
from asynceval.prompts.templates import from_records
from asynceval.protocol.conversation import Plan
from asynceval.store.disk import Disk
from asynceval.store.request import FORMAT, read, sealed, write
from tests.store.disks import Tripwire, crash, refusing
from tests.store.samples import plan


def with_sweep(base: Plan, **changes: object) -> Plan:
    """Return the plan with some of its sweep replaced."""
    return replace(base, sweep=replace(base.sweep, **changes))  # type: ignore[arg-type]


def edit(folder: Path, **changes: object) -> None:
    """Change some of `sweep.json` by hand."""
    path = folder / "sweep.json"
    path.write_bytes(orjson.dumps({**orjson.loads(path.read_bytes()), **changes}))


def test_round_trip(tmp_path: Path) -> None:
    """A plan comes back as it was, every setting and every odd line end in it."""
    assert write(tmp_path / "run", plan()) == ()
    assert read(tmp_path / "run") == plan()


def test_a_run_of_a_version_without_settings(tmp_path: Path) -> None:
    """What older versions did not write is left to the server, as it was then."""
    write(tmp_path, plan())
    path = tmp_path / "sweep.json"
    content = orjson.loads(path.read_bytes())
    for item in (*content["sweep"]["targets"], *content["sweep"]["judges"]):
        del item["settings"]
    for endpoint in content["sweep"]["endpoints"]:
        for name in ("http", "key_header", "api_version"):
            del endpoint[name]
    path.write_bytes(orjson.dumps(content))
    assert read(tmp_path) == plan()


def test_same_again(tmp_path: Path) -> None:
    """The same plan again is no change, and touches no file."""
    write(tmp_path, plan())
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert write(tmp_path, plan()) == ()
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_the_secret_is_made_once(tmp_path: Path) -> None:
    """A run directory has one secret, which no changed plan and no resume replaces."""
    made = sealed(tmp_path / "run", plan())
    assert len(made.secret) == 32
    assert sealed(tmp_path / "other", plan()).secret != made.secret
    write(tmp_path / "run", made)
    assert read(tmp_path / "run") == made
    assert sealed(tmp_path / "run", plan("another")).secret == made.secret
    assert write(tmp_path / "run", sealed(tmp_path / "run", plan())) == ()


def test_whoever_was_asked_before_is_known(tmp_path: Path) -> None:
    """A plan that leaves models out says which, until one asks for them again."""

    def asked(*names: str) -> tuple[str, ...]:
        like = plan().sweep.targets[0]
        targets = tuple(replace(like, name=name) for name in names)
        write(tmp_path, sealed(tmp_path, with_sweep(plan(), targets=targets)))
        return read(tmp_path).left_out

    assert asked("one", "two") == ()
    assert asked("two") == ("one",)
    assert asked("three") == ("one", "two")
    assert asked("three", "one") == ("two",)


def test_a_run_without_a_secret_gets_one(tmp_path: Path) -> None:
    """What an older version has written has none; it is read, and sealed by the next run."""
    write(tmp_path, plan())
    path = tmp_path / "sweep.json"
    content = orjson.loads(path.read_bytes())
    del content["secret"]
    path.write_bytes(orjson.dumps(content))
    assert read(tmp_path).secret == ""
    assert len(sealed(tmp_path, read(tmp_path)).secret) == 32


def test_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name of a key's variable is kept, and not what it holds."""
    monkeypatch.setenv("FAR_KEY", "canary-of-a-key")
    write(tmp_path, plan())
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"FAR_KEY" in content
    assert b"canary" not in content


def test_models_and_judges(tmp_path: Path) -> None:
    """Models and judges that are added, left out or changed are named."""
    old = plan("same", "gone", "other")
    write(tmp_path, old)
    same, _, other = old.sweep.targets
    new = with_sweep(
        old,
        targets=(same, replace(other, temperature=1.0), replace(other, name="new")),
        judges=old.sweep.judges[:1],
    )
    assert write(tmp_path, new) == (
        "model other changed",
        "model new added",
        "model gone left out",
        "judge other left out",
    )
    assert read(tmp_path) == new


def test_questions(tmp_path: Path) -> None:
    """Questions that are added, left out or changed are counted."""
    old = plan(questions=4)
    write(tmp_path, old)
    changed = replace(old.questions[0], turns=("Edited?",))
    added = tuple(Question(f"new{n}", "stem", ("?",)) for n in range(2))
    assert write(tmp_path, replace(old, questions=(changed, *old.questions[2:], *added))) == (
        "2 questions added",
        "1 question left out",
        "1 question changed",
    )


def test_templates_and_choices(tmp_path: Path) -> None:
    """Other templates and another number of choices are told."""
    old = plan()
    write(tmp_path, old)
    records = [
        {**r, "prompt_template": r["prompt_template"] + "!"} for r in old.templates.to_records()
    ]
    new = replace(with_sweep(old, choices=5), templates=from_records(records))
    assert write(tmp_path, new) == ("judge templates changed", "choices 2 -> 5")


def test_limits_are_no_change(tmp_path: Path) -> None:
    """Other limits pay for nothing again, so they are taken over without a word."""
    write(tmp_path, plan())
    new = with_sweep(
        plan(), endpoints=tuple(replace(e, parallel=3) for e in plan().sweep.endpoints)
    )
    assert write(tmp_path, new) == ()
    assert read(tmp_path) == new


def test_newer_format(tmp_path: Path) -> None:
    """A run directory of a newer format is refused, and left as it is."""
    write(tmp_path, plan())
    edit(tmp_path, format=FORMAT + 1, asynceval="9.9", sweep="unknown")
    before = (tmp_path / "sweep.json").read_bytes()
    with pytest.raises(StorageError, match=r"written by a newer asynceval \(9\.9\): upgrade"):
        read(tmp_path)
    with pytest.raises(StorageError, match="newer"):
        write(tmp_path, plan("another"))
    assert (tmp_path / "sweep.json").read_bytes() == before


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "x"},
        {"sweep": {}},
        {"sweep": []},
        {"templates": []},
        {"templates": [{"name": 1}]},
        {"templates": None},
    ],
    ids=str,
)
def test_damaged(tmp_path: Path, changes: dict[str, object]) -> None:
    """A `sweep.json` that is not ours is told in a sentence that names it."""
    write(tmp_path, plan())
    edit(tmp_path, **changes)
    with pytest.raises(StorageError, match=r"sweep\.json is damaged"):
        read(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"null"], ids=repr)
def test_no_json(tmp_path: Path, content: bytes) -> None:
    """A `sweep.json` that is no JSON object is told in a sentence that names it."""
    write(tmp_path, plan())
    (tmp_path / "sweep.json").write_bytes(content)
    with pytest.raises(StorageError, match=r"sweep\.json is damaged"):
        read(tmp_path)


@pytest.mark.parametrize("name", ["sweep.json", "questions.jsonl"])
def test_no_run(tmp_path: Path, name: str) -> None:
    """A folder without the files of a run is no run directory."""
    write(tmp_path, plan())
    (tmp_path / name).unlink()
    with pytest.raises(StorageError, match=f"{tmp_path} is no run directory: .*{name} is missing"):
        read(tmp_path)


def test_unreadable(tmp_path: Path) -> None:
    """A file in the place of the folder is told in a sentence."""
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be read: Not a directory"):
        read(tmp_path / "file")
    with pytest.raises(StorageError, match="cannot be written"):
        write(tmp_path / "file", plan())


def crashes(run: Path, asked: Plan, number: int) -> bool:
    """Write a request, crash at the call to the disk with that number; whether there was one."""
    try:
        write(run, asked, Tripwire(number, crash).disk())
    except KeyboardInterrupt:
        return True
    return False


@pytest.mark.parametrize("again", ["old", "new", "third"])
def test_crash_at_every_call(tmp_path: Path, again: str) -> None:
    """A crash at any moment of a change leaves the old request or the new one, whole.

    Whichever is asked for next, it is taken, and nothing is left over.
    """
    plans = {"old": plan("old"), "new": plan("new", questions=9), "third": plan(questions=5)}
    seen = set()
    for number in count(1):
        run = tmp_path / str(number)
        write(run, plans["old"])
        is_struck = crashes(run, plans["new"], number)
        found = read(run)
        assert found in (plans["old"], plans["new"])
        seen.add(found == plans["new"])
        write(run, plans[again])
        assert read(run) == plans[again]
        assert names(run) == ["questions.jsonl", "sweep.json"]
        if not is_struck:
            break
    assert seen == {False, True}


def test_crash_after_a_crash(tmp_path: Path) -> None:
    """A crash in a change that follows one that crashed leaves one of the requests, whole."""
    plans = [plan("old"), plan("new", questions=9), plan(questions=5)]
    run = tmp_path
    for first in count(1):
        is_struck = False
        for second in count(1):
            run = tmp_path / f"{first}-{second}"
            write(run, plans[0])
            is_struck = crashes(run, plans[1], first)
            if not crashes(run, plans[2], second):
                break
            assert read(run) in plans
        if not is_struck:
            break
    assert read(run) == plans[2]


def test_crash_at_every_call_of_the_first(tmp_path: Path) -> None:
    """A crash at any moment of the first request leaves none or the whole one."""
    number, is_done = 0, False
    while not is_done:
        number += 1
        run = tmp_path / str(number)
        try:
            write(run, plan(), Tripwire(number, crash).disk())
            is_done = True
        except KeyboardInterrupt:
            if (run / "sweep.json").exists():
                assert read(run) == plan()
        write(run, plan())
        assert read(run) == plan()
        assert names(run) == ["questions.jsonl", "sweep.json"]


@pytest.mark.parametrize("code", [ENOSPC, EIO], ids=os.strerror)
def test_failure_at_every_call(tmp_path: Path, code: int) -> None:
    """A call that fails is told, and leaves the old request or the new one, whole."""
    old, new = plan("old"), plan("new", questions=9)
    number, is_done = 0, False
    while not is_done:
        number += 1
        run = tmp_path / str(number)
        write(run, old)
        try:
            write(run, new, Tripwire(number, refusing(code)).disk())
            is_done = True
        except StorageError as error:
            assert "cannot be written: " + os.strerror(code) in str(error)  # noqa: PT017
            assert read(run) in (old, new)
        write(run, new)
        assert read(run) == new


def test_full_disk(tmp_path: Path) -> None:
    """On a full disk the old request stays, the folder is named, and no draft is left behind."""
    write(tmp_path, plan("old"))
    with pytest.raises(StorageError, match=f"^{tmp_path}: cannot be written: No space left"):
        write(tmp_path, plan("new", questions=9), Disk(fsync=refusing(ENOSPC)))
    assert read(tmp_path) == plan("old")
    assert names(tmp_path) == ["questions.jsonl", "sweep.json"]


def test_other_questions_are_noticed(tmp_path: Path) -> None:
    """A file of questions that is not the one the request was written with is not used."""
    write(tmp_path, plan())
    path = tmp_path / "questions.jsonl"
    path.write_bytes(path.read_bytes().replace(b"First", b"Furst"))
    with pytest.raises(StorageError, match=r"questions\.jsonl is not the file that"):
        read(tmp_path)


def test_older_version(tmp_path: Path) -> None:
    """A directory of a version that wrote no hash is read, and takes a change."""
    write(tmp_path, plan())
    content = orjson.loads((tmp_path / "sweep.json").read_bytes())
    del content["questions"]
    (tmp_path / "sweep.json").write_bytes(orjson.dumps(content))
    assert read(tmp_path) == plan()
    assert write(tmp_path, plan(questions=4)) == ("1 question added",)
    assert read(tmp_path) == plan(questions=4)


def test_budgets(tmp_path: Path) -> None:
    """Another budget is told in numbers, of the sweep and of each judge."""
    old = plan()
    write(tmp_path, old)
    first, second = old.sweep.judges
    limited = with_sweep(
        old, budget=Budget(usd=2.5), judges=(replace(first, budget=Budget(tokens=9000)), second)
    )
    assert write(tmp_path, limited) == (
        "budget none -> 2.5 USD",
        "budget of judge judge none -> 9000 tokens",
    )
    assert write(tmp_path, with_sweep(limited, budget=Budget(4, 100))) == (
        "budget 2.5 USD -> 4 USD and 100 tokens",
    )
    assert read(tmp_path).sweep.budget == Budget(4, 100)


def test_private(tmp_path: Path) -> None:
    """Nobody else may read what is asked."""
    write(tmp_path, plan())
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.iterdir())


def test_links_are_not_followed(tmp_path: Path) -> None:
    """A link in the place of a draft is refused, and its target is left alone."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    for name in ("questions.new", "sweep.new"):
        run = tmp_path / f"run-{name}"
        run.mkdir()
        (run / name).symlink_to(victim)
        with pytest.raises(StorageError, match="cannot be written"):
            write(run, plan())
        assert victim.read_bytes() == b"precious"


def test_a_new_folder_is_synced_into_its_parents(tmp_path: Path) -> None:
    """Each folder that is made is put on the disk in the one it lies in."""
    synced = []

    def sync(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))

    write(tmp_path / "a" / "b", plan(), Disk(fsync=sync))
    assert synced[:2] == [str(tmp_path), str(tmp_path / "a")]


def names(run: Path) -> list[str]:
    """Return the files in a folder."""
    return sorted(path.name for path in run.iterdir())
