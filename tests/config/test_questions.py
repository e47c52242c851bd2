"""Questions are loaded, chosen and given references, and nothing is missing in silence."""

from dataclasses import replace
from pathlib import Path

import pytest

from asynceval.config.questions import load_all
from asynceval.config.request import Request
from asynceval.domain.errors import ConfigError
from asynceval.domain.sweep import Endpoint, Judge, Sweep, Target
from tests.config.build import questions, references

SWEEP = Sweep("s", (Endpoint("e", "http://h"),), (Target("m", "e", "m"),), (Judge("j", "e", "j"),))


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    """Return a request of four questions with references to two of the three that need one."""
    path = questions(tmp_path / "q.jsonl", "writing", "math", "coding", "math")
    answers = references(tmp_path / "r.jsonl", 1, 2, 4)
    return Request(SWEEP, path, answers)


def test_questions_have_their_references(request_: Request) -> None:
    """References are attached where the category uses them."""
    loaded, warnings = load_all(replace(request_, categories=("writing", "math")))
    assert [(q.id, q.reference) for q in loaded] == [
        ("1", ()),
        ("2", ("a2", "b2")),
        ("4", ("a4", "b4")),
    ]
    assert warnings == ()
    assert [q.id for q in load_all(replace(request_, categories=("math",), limit=1))[0]] == ["2"]


def test_a_missing_reference_is_refused(request_: Request) -> None:
    """A question without its reference is told with the file and the way out."""
    with pytest.raises(ConfigError) as caught:
        load_all(request_)
    assert str(caught.value) == (
        f"{request_.references}: no reference answer to every turn of 1 question: 3; "
        'add them, or set missing_reference = "warn" in [benchmark]'
    )


def test_a_missing_reference_is_warned_about_if_so_wanted(request_: Request) -> None:
    """With missing_reference = "warn", the question is judged without, and that is said."""
    loaded, warnings = load_all(replace(request_, missing_reference="warn"))
    assert loaded[2].reference == ()
    assert warnings == ("no reference answer to every turn of 1 question: 3; judged without",)


def test_without_references_one_warning_names_the_categories(request_: Request) -> None:
    """Where no references are given, one sentence says which categories are judged without."""
    loaded, warnings = load_all(replace(request_, references=None))
    assert len(loaded) == 4
    assert warnings == ("judged without reference answers: coding, math",)
    only = replace(request_, references=None, categories=("writing",))
    assert load_all(only)[1] == ()


def test_without_judges_no_reference_is_missed(request_: Request) -> None:
    """Answers need no references."""
    answers_only = replace(request_, sweep=replace(SWEEP, judges=()))
    assert load_all(answers_only)[1] == ()
    assert load_all(replace(answers_only, references=None))[1] == ()


def test_other_categories_can_use_references(request_: Request) -> None:
    """The categories that use references are the request's."""
    loaded, _ = load_all(replace(request_, reference_categories=("writing",)))
    assert [bool(q.reference) for q in loaded] == [True, False, False, False]


def test_the_problems_of_both_files_are_told_at_once(request_: Request) -> None:
    """A broken question file does not hide a broken reference file."""
    request_.questions.write_text("x\n", encoding="utf-8")
    assert request_.references is not None
    request_.references.write_text("y\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_all(request_)
    files = [problem.file for problem in caught.value.problems]
    assert files == [str(request_.questions), str(request_.references), None]


def test_many_missing_references_are_counted(tmp_path: Path) -> None:
    """The first ten ids are listed and the rest counted."""
    path = questions(tmp_path / "q.jsonl", *["math"] * 13)
    request = Request(SWEEP, path, references(tmp_path / "r.jsonl", 1))
    with pytest.raises(
        ConfigError, match="12 questions: 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more"
    ):
        load_all(request)


def test_bad_lines_are_refused_or_left_out_with_a_warning(request_: Request) -> None:
    """The refusal names the way out, and whoever takes it is told which lines are not there."""
    text = request_.questions.read_text()
    request_.questions.write_text(text.replace('"writing"', "17"))
    with pytest.raises(ConfigError) as caught:
        load_all(request_)
    told = [str(problem) for problem in caught.value.problems]
    wrong = f"{request_.questions}:1: category: must be a text (question 1)"
    assert told == [wrong, "--skip-bad: leaves lines that are wrong out"]
    loaded, warnings = load_all(replace(request_, skip_bad=True, categories=("math",)))
    assert [question.id for question in loaded] == ["2", "4"]
    assert warnings == (f"left out: {wrong}",)
