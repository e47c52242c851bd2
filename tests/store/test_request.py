"""The request: a run directory knows by itself what was asked of it."""

import os
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from asynceval.conversation import Plan
from asynceval.domain.errors import StorageError
from asynceval.domain.question import Question
from asynceval.prompts.templates import from_records
from asynceval.store.request import FORMAT, read, write
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


def test_same_again(tmp_path: Path) -> None:
    """The same plan again is no change, and touches no file."""
    write(tmp_path, plan())
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert write(tmp_path, plan()) == ()
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


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


@pytest.mark.parametrize("function", ["fsync", "replace"])
def test_crash_while_replacing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    """At every moment of a change each file is whole: the old one or the new one."""
    old, new = plan("old"), plan("new", questions=9)
    real = getattr(os, function)
    for moment in range(2):
        write(tmp_path, old)
        count = iter(range(9))

        def crash(*arguments: object, moment: int = moment, count: object = count) -> object:
            if next(count) == moment:  # type: ignore[call-overload]
                raise KeyboardInterrupt
            return real(*arguments)

        monkeypatch.setattr(os, function, crash)
        with pytest.raises(KeyboardInterrupt):
            write(tmp_path, new)
        monkeypatch.undo()
        found = read(tmp_path)
        assert found.sweep == old.sweep
        assert found.questions in (old.questions, new.questions)
        write(tmp_path, new)
        assert read(tmp_path) == new


def test_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a full disk the old request stays, the folder is named, and no draft is left behind."""

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    write(tmp_path, plan("old"))
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StorageError, match=f"^{tmp_path}: cannot be written: No space left"):
        write(tmp_path, plan("new", questions=9))
    assert read(tmp_path) == plan("old")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["questions.jsonl", "sweep.json"]
