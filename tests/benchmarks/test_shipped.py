"""Question sets that ship are found by name, in a checkout and in an installed wheel."""

from pathlib import Path

import pytest

from asynceval.benchmarks import shipped
from asynceval.benchmarks.jsonl import load_questions


def test_every_shipped_set_is_found_and_loads() -> None:
    """Each name leads to a folder whose questions are in order."""
    assert "testcases_zh" in shipped.names()
    for name in shipped.names():
        folder = shipped.find(name)
        assert folder is not None
        assert load_questions(folder / shipped.QUESTIONS)


@pytest.mark.parametrize("name", ["", ".", "..", "../data/testcases_zh", "/etc", "no\0name", "zh"])
def test_only_names_of_sets_are_found(name: str) -> None:
    """A name is compared and never followed as a path."""
    assert shipped.find(name) is None


def test_an_installed_package_holds_its_sets_inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a wheel the sets are at asynceval/data, and a stranger's data folder beside is ignored."""
    package = tmp_path / "site-packages/asynceval"
    for folder in (package / "data/inside", package.parent / "data/beside"):
        folder.mkdir(parents=True)
        (folder / shipped.QUESTIONS).write_text("", encoding="utf-8")
    monkeypatch.setattr(shipped, "_PACKAGE", package)
    assert shipped.names() == ("inside",)
    assert shipped.find("inside") == package / "data/inside"
    assert shipped.find("beside") is None


def test_a_folder_without_questions_is_no_set(tmp_path: Path) -> None:
    """A folder is a set only if it holds a question file."""
    (tmp_path / "empty").mkdir()
    assert shipped.names(tmp_path) == ()
    assert shipped.find("empty", tmp_path) is None
