"""Outcomes: every cell of the plan once, whatever became of it."""

from pathlib import Path

import pytest

from asynceval.domain.cell import Cell
from asynceval.domain.failure import Cause
from asynceval.domain.reply import Reply, Usage
from asynceval.domain.verdict import Score, Unparsed
from asynceval.protocol.conversation import Plan
from asynceval.report.outcomes import Outcome, read_causes
from tests.report.scene import Answer, answered, graded, plan, play


def planned(what: Plan) -> list[Cell]:
    """Return every cell of a plan of two turns, by the numbers alone."""
    return [
        cell
        for question in what.questions
        for choice in range(what.sweep.choices)
        for target in what.sweep.targets
        for turn in (1, 2)
        for cell in (
            Cell(question.id, question.category, turn, target.name, choice),
            *(
                Cell(question.id, question.category, turn, target.name, choice, judge.name, repeat)
                for judge in what.sweep.judges
                for repeat in range(judge.repeats)
            ),
        )
    ]


def well(cell: Cell) -> Reply:
    """Let everything succeed, with a grade of 7."""
    return graded(7) if cell.judge else answered(cell)


def by_cell(outcomes: tuple[Outcome, ...]) -> dict[tuple[str, int, str | None], Outcome]:
    """Return the outcomes by question, turn and judge."""
    return {(o.cell.question, o.cell.turn, o.cell.judge): o for o in outcomes}


def test_complete(tmp_path: Path) -> None:
    """Of a complete run every cell has its reply, and every judgment its verdict, in one order."""
    what = plan(judges=("judge", "other"), choices=2, repeats=2)
    _, found = play(tmp_path, what, well)
    assert [outcome.cell for outcome in found] == planned(what)
    for outcome in found:
        assert outcome.usage == well(outcome.cell).usage
        assert outcome.cause is None
        assert outcome.verdict == (Score(7) if outcome.cell.judge else None)


def test_nothing_done(tmp_path: Path) -> None:
    """Of a run that did nothing every cell is there, as not reached."""
    what = plan(judges=("judge", "other"), choices=2, repeats=2)
    _, found = play(tmp_path, what, lambda _: None)
    assert [outcome.cell for outcome in found] == planned(what)
    assert {outcome.cause for outcome in found} == {Cause.NOT_REACHED}


@pytest.mark.parametrize("turn", [1, 2])
def test_failed_answer(tmp_path: Path, turn: int) -> None:
    """An answer that failed takes its judgments along, under its own cause; later turns are not sent."""
    what = plan(("alpha",), ("judge", "other"), 2, repeats=2)

    def say(cell: Cell) -> Answer:
        is_lost = (cell.question, cell.turn, cell.judge) == ("q1", turn, None)
        return Cause.CONTEXT_LENGTH if is_lost else well(cell)

    _, found = play(tmp_path, what, say)
    assert [outcome.cell for outcome in found] == planned(what)
    lost = [outcome for outcome in found if outcome.usage is None]
    assert len(lost) == (10 if turn == 1 else 5)
    for outcome in lost:
        assert outcome.cell.question == "q1"
        is_its_own = outcome.cell.turn == turn
        assert outcome.cause is (Cause.CONTEXT_LENGTH if is_its_own else Cause.NOT_REACHED)
        assert outcome.cell.turn >= turn
        assert outcome.verdict is None


def test_failed_judgment(tmp_path: Path) -> None:
    """A judgment that failed takes nothing along, not even the judgment of the next turn."""

    def say(cell: Cell) -> Answer:
        return Cause.SERVER if cell.judge and cell.turn == 1 else well(cell)

    _, found = play(tmp_path, plan(("alpha",), questions=1), say)
    outcome = by_cell(found)
    assert outcome["q0", 1, "judge"].cause is Cause.SERVER
    assert outcome["q0", 2, None].usage == Usage(20, 5)
    assert outcome["q0", 2, "judge"].verdict == Score(7)


def test_unparsed(tmp_path: Path) -> None:
    """Words without a grade are no failure, and their reason is kept."""
    _, found = play(
        tmp_path, plan(("alpha",)), lambda cell: Reply("Nice!") if cell.judge else answered(cell)
    )
    judged = [outcome for outcome in found if outcome.cell.judge]
    assert {outcome.verdict for outcome in judged} == {Unparsed("no_verdict")}
    assert {outcome.cause for outcome in judged} == {None}


def test_plan_has_shrunk(tmp_path: Path) -> None:
    """What the store holds beside the plan is left out."""
    play(tmp_path, plan(("alpha", "gone"), questions=5), well)
    what = plan(("alpha",), questions=2)
    _, found = play(tmp_path, what, well)
    assert [outcome.cell for outcome in found] == planned(what)


def test_causes(tmp_path: Path) -> None:
    """The last cause of a call counts; a torn or unknown line counts for nothing."""
    one, two = bytes(16), bytes(range(16))
    (tmp_path / "failures.jsonl").write_bytes(
        b'torn{"key\n{"key":"%b","cause":"server"}\n' % one.hex().encode()
        + b'{"key":"%b","cause":"timeout"}\n' % one.hex().encode()
        + b'{"key":"%b","cause":"auth"}\n' % two.hex().encode()
        + b'{"key":"zz","cause":"auth"}\n{"cause":"auth"}\n[]\n3\n\n'
        + b'{"key":"%b","cause":"a new one"}\n' % two.hex().encode()
        + b'{"key":"%b","cau' % two.hex().encode()
    )
    assert read_causes(tmp_path) == {one: Cause.TIMEOUT, two: Cause.AUTH}


def test_no_causes(tmp_path: Path) -> None:
    """A run without failures has no file of them."""
    assert read_causes(tmp_path) == {}
