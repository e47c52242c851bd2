"""Texts lead to files: beside the config, in the working directory, or among what ships."""

from pathlib import Path

import pytest

from asynceval.benchmarks import shipped
from asynceval.config.places import QuestionSet, locate, question_set
from tests.config.build import questions, references


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of its own, and return it."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """Return a folder in which a config might be."""
    folder = tmp_path / "beside"
    folder.mkdir()
    return folder


def test_beside_the_config_comes_first(here: Path, beside: Path) -> None:
    """A relative path means a file beside the config, or else one in the working directory."""
    questions(here / "q.jsonl")
    assert locate("q.jsonl", beside) == here / "q.jsonl"
    questions(beside / "q.jsonl")
    assert locate("q.jsonl", beside) == beside / "q.jsonl"
    assert locate("q.jsonl") == here / "q.jsonl"
    assert locate(str(here / "q.jsonl"), beside) == here / "q.jsonl"
    assert locate("../here/q.jsonl", beside) == here / "q.jsonl"


def test_a_home_folder_is_expanded(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`~` is the home folder."""
    monkeypatch.setenv("HOME", str(here))
    path = questions(here / "q")
    assert locate("~/q") == path


def test_a_missing_file_names_both_places(here: Path, beside: Path) -> None:
    """What is nowhere is told with each path that was tried, once."""
    with pytest.raises(LookupError, match="no such file") as caught:
        locate("q.jsonl", beside)
    assert str(caught.value) == f"no such file; looked for {beside}/q.jsonl and {here}/q.jsonl"
    with pytest.raises(LookupError, match="no such file") as caught:
        locate("q.jsonl", here)
    assert str(caught.value) == f"no such file; looked for {here}/q.jsonl"


@pytest.mark.parametrize("text", ["x" * 5000, "~nobody-of-this-name/x", "a\0b"])
@pytest.mark.usefixtures("here")
def test_a_text_that_is_no_path_is_not_found(text: str) -> None:
    """Names too long for a disk and homes of nobody are simply not there."""
    with pytest.raises(LookupError, match="no such file"):
        locate(text)


@pytest.mark.usefixtures("here")
def test_a_key_in_place_of_a_path_is_not_repeated() -> None:
    """A text that looks like a key is not shown when no file is found."""
    for find in (locate, question_set):
        with pytest.raises(LookupError, match="not shown") as caught:
            find("sk-canary-1")
        assert "canary" not in str(caught.value)


def test_a_set_that_ships_is_found_by_name(
    tmp_path: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shipped set brings its references and its templates, where it has them."""
    package = tmp_path / "package"
    monkeypatch.setattr(shipped, "_PACKAGE", package)
    duet, zh = package / "data/duet", package / "data/zh"
    questions(duet / "question.jsonl")
    references(duet / "reference_answer/duet.jsonl", 1)
    questions(zh / "question.jsonl")
    (zh / "judge_prompts.jsonl").write_text("", encoding="utf-8")
    (here / "duet").mkdir()
    assert question_set("duet") == QuestionSet(
        "duet", duet / "question.jsonl", duet / "reference_answer"
    )
    assert question_set("zh") == QuestionSet(
        "zh", zh / "question.jsonl", None, zh / "judge_prompts.jsonl"
    )
    with pytest.raises(LookupError, match=r"did you mean duet, which ships with asynceval\?"):
        question_set("duett")
    with pytest.raises(LookupError, match="sets that ship with asynceval: duet, zh"):
        question_set("mt_bench")
    with pytest.raises(LookupError) as caught:
        question_set("data/duett")
    assert "asynceval: " not in str(caught.value)


def test_a_file_is_called_like_its_folder(here: Path) -> None:
    """question.jsonl is called like its folder, which also names it; another file by itself."""
    path = questions(here / "mt_bench/question.jsonl")
    assert question_set("mt_bench/question.jsonl") == QuestionSet("mt_bench", path)
    assert question_set("mt_bench") == QuestionSet("mt_bench", path)
    other = questions(here / "mt_bench/short.jsonl")
    assert question_set("mt_bench/short.jsonl") == QuestionSet("short", other)


def test_references_beside_the_questions_belong_to_them(here: Path) -> None:
    """FastChat's reference_answer folder is found beside a question file; templates are not."""
    path = questions(here / "set/question.jsonl")
    answers = references(here / "set/reference_answer/gpt-4.jsonl", 1)
    (here / "set/judge_prompts.jsonl").write_text("", encoding="utf-8")
    assert question_set("set") == QuestionSet("set", path, answers.parent)


def test_a_folder_without_questions_is_refused(here: Path) -> None:
    """A folder is a set only if it has a question.jsonl."""
    (here / "empty").mkdir()
    with pytest.raises(LookupError, match=r"is a folder without question\.jsonl"):
        question_set("empty")
