"""Names under which servers answer: the model's own, or another's."""

from dataclasses import replace
from pathlib import Path

import pytest

from asynceval.domain.alias import is_alias, is_own
from asynceval.domain.cell import Cell
from asynceval.domain.reply import Reply
from asynceval.report.aliases import Alias
from asynceval.report.summary import Summary
from tests.report.scene import answered, graded, plan, play


@pytest.mark.parametrize(
    ("asked", "answered_by", "is_same"),
    [
        ("gpt-4o", "gpt-4o", True),
        ("gpt-4o", "gpt-4o-2024-08-06", True),
        ("gpt-4", "gpt-4-0613", True),
        ("claude-3-5-sonnet", "claude-3-5-sonnet-20241022", True),
        ("claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022", True),
        ("claude-3-5-sonnet", "claude-3-5-sonnet@20240620", True),
        ("gemini-1.5-pro", "gemini-1.5-pro-002", True),
        ("gemini-2.5-pro-preview", "gemini-2.5-pro-preview-05-06", True),
        ("Qwen/Qwen3-8B", "qwen3-8b", True),
        ("Qwen3-8B", "/models/Qwen3-8B", True),
        ("gpt-4o", "gpt-4o-mini", False),
        ("gpt-4o", "gpt-4o-mini-2024-07-18", False),
        ("gpt-4", "gpt-4.1", False),
        ("gpt-4", "gpt-4o", False),
        ("gpt-4o-2024-05-13", "gpt-4o-2024-08-06", False),
        ("gpt-4o-2024-08-06", "gpt-4o", False),
        ("llama-3", "llama-3-405b", False),
        ("llama-3", "llama-3-70", False),
        ("gpt-4o", "gpt-3.5-turbo", False),
        ("gpt-4o", "gpt-4x-0613", False),
        ("gpt-4o", "", False),
        ("llama3", "llama3:latest", True),
        ("llama3:latest", "llama3", True),
        ("llama3:8b", "llama3:latest", False),
        ("llama3", "llama3:70b", False),
        ("meta-llama/llama-3.3-70b-instruct:free", "meta-llama/llama-3.3-70b-instruct", True),
        ("deepseek/deepseek-r1:free", "deepseek/deepseek-r1-0528", True),
        ("deepseek/deepseek-r1:free", "deepseek/deepseek-chat", False),
    ],
)
def test_a_dated_name_is_the_same_model(asked: str, answered_by: str, *, is_same: bool) -> None:
    """A date or a revision after the asked name is normal; anything else is another model."""
    assert is_alias(asked, answered_by) is is_same


def test_a_deployment_may_be_called_anything_if_the_sweep_has_its_models_name() -> None:
    """What a matrix adds to that name does not count; another model is told of all the same."""
    assert is_own("gpt-4.1-mini", "my-deployment", "gpt-4.1-mini-2025-04-14")
    assert is_own("gpt-4.1-mini temperature=0", "my-deployment", "gpt-4.1-mini-2025-04-14")
    assert is_own("mini", "gpt-4.1-mini", "gpt-4.1-mini-2025-04-14")
    assert not is_own("gpt-4.1", "my-deployment", "gpt-4.1-mini-2025-04-14")
    assert not is_own("mini", "my-deployment", "gpt-4.1-mini-2025-04-14")


def played(folder: Path, by_question: dict[str, str], by_judge: str | None = None) -> Summary:
    """Report on a model `m` whose server answers under these names."""

    def say(cell: Cell) -> Reply:
        if cell.judge:
            return replace(graded(7), model=by_judge)
        return replace(answered(cell), model=by_question.get(cell.question))

    return play(folder, plan(("m",)), say)[0]


def test_names_are_counted(tmp_path: Path) -> None:
    """Every name is counted under the model that was asked; no name counts for nothing."""
    summary = played(tmp_path, {"q0": "m-2024-08-06", "q1": "m-2024-08-06"}, "judge")
    assert summary.aliases == (
        Alias("answer", "m", "m", "m-2024-08-06", None, 4),
        Alias("judgment", "judge", "judge", "judge", None, 6),
    )
    assert summary.warnings == ()


def test_another_model_is_warned_about(tmp_path: Path) -> None:
    """A server that answers for another model is told of."""
    summary = played(tmp_path, {"q0": "m-mini", "q1": "m-mini", "q2": "m-mini"})
    assert summary.warnings == (
        "answers of m, asked as m, were given by another model: m-mini (6)",
    )


def test_a_change_within_a_run_is_warned_about(tmp_path: Path) -> None:
    """Two names for one model are told of with counts, though each of them would be normal."""
    names = {"q0": "m-2024-05-13", "q1": "m-2024-08-06", "q2": "m-2024-08-06"}
    (warning,) = played(tmp_path, names).warnings
    assert warning == (
        "answers of m, asked as m, were given under several names: "
        "m-2024-08-06 (4), m-2024-05-13 (2)"
    )


def test_a_judge_is_watched_too(tmp_path: Path) -> None:
    """A judge that is another model than asked for makes all its scores doubtful."""
    assert played(tmp_path, {}, "other").warnings == (
        "judgments of judge, asked as judge, were given by another model: other (6)",
    )


def test_hostile_names_make_no_endless_warning(tmp_path: Path) -> None:
    """Of many or long names only the first and the beginnings are told."""
    what = plan(("m",), (), questions=10)
    summary, _ = play(
        tmp_path, what, lambda cell: replace(answered(cell), model=f"{cell.question:x<9999}")
    )
    (warning,) = summary.warnings
    assert warning.endswith(" and 5 more")
    assert len(warning) < 600
    assert len(summary.aliases) == 10


def test_a_change_of_fingerprint_is_warned_about(tmp_path: Path) -> None:
    """A server that says of itself that it is another than before is told of, under whatever name."""

    def say(cell: Cell) -> Reply:
        if cell.judge is None:
            return replace(answered(cell), model="m", fingerprint="fp_a")
        return replace(graded(7), fingerprint="fp_b" if cell.question == "q0" else "fp_c")

    summary = play(tmp_path, plan(("m",)), say)[0]
    assert summary.aliases == (
        Alias("answer", "m", "m", "m", "fp_a", 6),
        Alias("judgment", "judge", "judge", None, "fp_b", 2),
        Alias("judgment", "judge", "judge", None, "fp_c", 4),
    )
    (warning,) = summary.warnings
    assert warning == (
        "judgments of judge come from several configurations of its server, by their fingerprints: "
        "fp_c (4), fp_b (2)"
    )
