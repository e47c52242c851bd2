"""Spending: what was paid, once for each call."""

from pathlib import Path

import pytest

from asynceval.domain.cell import Cell
from asynceval.domain.failure import Cause
from asynceval.domain.reply import Reply, Usage
from asynceval.domain.sweep import Price
from asynceval.report.spending import Spending
from tests.report.scene import Answer, answered, graded, plan, play


def test_equal_calls_are_paid_for_once(tmp_path: Path) -> None:
    """Two models that give the same answer share its judgment: two cells, one call."""

    def say(cell: Cell) -> Answer:
        if cell.judge:
            return graded(7)
        same = f"The same for {cell.question}, {cell.turn}."
        return Reply(same, usage=Usage(20, 5))

    summary, _ = play(tmp_path, plan(("a", "b"), price=Price(1.0, 2.0)), say)
    assert summary.coverage.scored == 12
    assert summary.spending == (
        Spending("answer", "a", 6, 120, 30, 0, (120 + 2 * 30) / 1e6),
        Spending("answer", "b", 6, 120, 30, 0, (120 + 2 * 30) / 1e6),
        Spending("judgment", "judge", 6, 600, 60, 0, (600 + 2 * 60) / 1e6),
    )


def test_repeats_and_choices_are_calls_of_their_own(tmp_path: Path) -> None:
    """What was asked twice on purpose is paid for twice, though nothing differs but the number."""
    what = plan(("a",), questions=1, choices=2, repeats=2)
    summary, _ = play(tmp_path, what, lambda cell: graded(7) if cell.judge else answered(cell))
    assert [spending.calls for spending in summary.spending] == [4, 8]


@pytest.mark.parametrize("usage", [Usage(), Usage(3, None), Usage(None, 3)])
def test_one_call_without_tokens_leaves_the_cost_unknown(tmp_path: Path, usage: Usage) -> None:
    """Unknown is None, never 0, and the calls that it is due to are counted."""

    def say(cell: Cell) -> Answer:
        if cell.judge:
            return graded(7)
        is_odd = (cell.question, cell.turn) == ("q1", 2)
        return Reply(f"{cell.question}, {cell.turn}", usage=usage if is_odd else Usage(1, 1))

    summary, _ = play(tmp_path, plan(("a",), price=Price(1.0, 2.0)), say)
    answers, judgments = summary.spending
    assert (answers.calls, answers.uncounted, answers.usd) == (6, 1, None)
    assert judgments.uncounted == 0
    assert judgments.usd == pytest.approx(720e-6)


def test_tokens_beyond_any_sense_are_added(tmp_path: Path) -> None:
    """A server may claim as many tokens as a JSON number can hold."""
    many = 2**64 - 1
    summary, _ = play(
        tmp_path, plan(("a",), ()), lambda cell: Reply(f"{cell.turn}", usage=Usage(many, many))
    )
    assert summary.spending[0].prompt_tokens == 6 * many


def test_tokens_of_thinking_are_counted_beside_all_tokens(tmp_path: Path) -> None:
    """They are part of the completion, so they are paid for once; who tells none has none."""

    def say(cell: Cell) -> Answer:
        thought = 4 if cell.turn == 1 else None
        return graded(7) if cell.judge else Reply(f"{cell}", usage=Usage(20, 5, thought))

    summary, _ = play(tmp_path, plan(("a",), price=Price(1.0, 2.0)), say)
    spent = summary.spending[0]
    assert spent == Spending("answer", "a", 6, 120, 30, 0, (120 + 2 * 30) / 1e6, 12)
    assert summary.spending[1].reasoning_tokens == 0


def test_answers_that_were_only_thought_are_warned_about(tmp_path: Path) -> None:
    """With what to do about it, and by model."""

    def say(cell: Cell) -> Answer:
        if cell.judge:
            return graded(7)
        return Cause.THINKING if (cell.target, cell.turn) == ("a", 2) else answered(cell)

    summary, _ = play(tmp_path, plan(("a", "b")), say)
    assert [warning for warning in summary.warnings if "thinking" in warning] == [
        (
            "3 answers of a are missing, since all its tokens went into thinking: "
            "raise its max_tokens, or lower its effort"
        )
    ]
