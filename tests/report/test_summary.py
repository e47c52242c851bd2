"""The summary: means with their n, and every judgment counted once."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynceval.domain.cell import Cell
from asynceval.domain.failure import Cause
from asynceval.domain.reply import Reply, Usage
from asynceval.domain.sweep import Price
from asynceval.report.summary import Coverage, Failures, Spending
from asynceval.stats.mean import clustered_mean
from tests.report.scene import Answer, answered, graded, plan, play

GRADES = {("q0", 1): 4, ("q0", 2): 6, ("q1", 1): 5, ("q1", 2): 3, ("q2", 1): 9, ("q2", 2): 9}


def well(cell: Cell) -> Reply:
    """Let everything succeed; beta is a grade better than alpha."""
    if not cell.judge:
        return answered(cell)
    return graded(GRADES[cell.question, cell.turn] + (cell.target == "beta"))


def test_means(tmp_path: Path) -> None:
    """Each model has the mean over all judgments, by turn and by category, best model first."""
    summary, _ = play(tmp_path, plan(), well)
    best, other = summary.standings
    assert (best.model, other.model) == ("beta", "alpha")
    assert other.average == clustered_mean((q, grade) for (q, _), grade in GRADES.items())
    assert other.average is not None
    assert (other.average.value, other.average.n, other.expected) == (6, 6, 6)
    assert {turn: m and (m.value, m.n) for turn, m in other.turns.items()} == {1: (6, 3), 2: (6, 3)}
    assert {name: m and (m.value, m.n) for name, m in other.categories.items()} == {
        "writing": (7, 4),
        "math": (4, 2),
    }
    assert summary.coverage == Coverage(12, 12, 0, 0, 0, 0, 0)
    assert summary.failures == ()
    assert summary.warnings == ()


def test_of_nothing(tmp_path: Path) -> None:
    """Without a judgment a mean is undefined, and the model stands last."""

    def say(cell: Cell) -> Answer:
        return None if cell.target == "alpha" else well(cell)

    summary, _ = play(tmp_path, plan(), say)
    first, last = summary.standings
    assert (first.model, last.model) == ("beta", "alpha")
    assert last.average is None
    assert last.turns == {1: None, 2: None}
    assert last.categories == {"writing": None, "math": None}
    assert last.expected == 6
    assert summary.coverage == Coverage(12, 6, 0, 0, 0, 6, 0)
    assert any("unequal numbers of scores" in warning for warning in summary.warnings)
    assert "6 of 12 judgments have no score; every mean says its n" in summary.warnings


def test_order(tmp_path: Path) -> None:
    """Standings are by judge, best first, and by name where scores are equal."""
    what = plan(("d", "a", "c", "b"), ("j2", "j1"))
    grades = {"a": 3, "b": 5, "c": 5, "d": 1}
    summary, _ = play(
        tmp_path, what, lambda cell: graded(grades[cell.target]) if cell.judge else answered(cell)
    )
    models = ["b", "c", "a", "d"]
    assert [(s.judge, s.model) for s in summary.standings] == [
        *(("j1", model) for model in models),
        *(("j2", model) for model in models),
    ]


def test_failed_first_turn(tmp_path: Path) -> None:
    """A first answer that failed counts all its judgments as failed, under its cause."""

    def say(cell: Cell) -> Answer:
        is_lost = (cell.target, cell.question, cell.judge) == ("beta", "q0", None)
        return Cause.TIMEOUT if is_lost else well(cell)

    summary, _ = play(tmp_path, plan(repeats=2), say)
    assert summary.coverage == Coverage(24, 20, 0, 4, 0, 0, 0)
    assert summary.failures == (
        Failures("answer", "beta", "timeout", 2),
        Failures("lost judgment", "beta", "timeout", 4),
    )
    beta = next(s for s in summary.standings if s.model == "beta")
    assert beta.average is not None
    assert (beta.average.n, beta.expected) == (8, 12)


@pytest.mark.parametrize("cause", [Cause.REFUSED, Cause.FILTERED])
def test_refused(tmp_path: Path, cause: Cause) -> None:
    """What was refused or filtered is counted apart from what failed."""
    summary, _ = play(tmp_path, plan(("a",)), lambda cell: cause if cell.judge else answered(cell))
    assert summary.coverage == Coverage(6, 0, 0, 0, 6, 0, 0)
    assert summary.failures == (Failures("judgment", "judge", cause, 6),)


def test_unparsed(tmp_path: Path) -> None:
    """Words without a grade are no score, and counted with the reason."""
    summary, _ = play(
        tmp_path, plan(("a",)), lambda cell: Reply("Well.") if cell.judge else answered(cell)
    )
    assert summary.coverage == Coverage(6, 0, 6, 0, 0, 0, 0)
    assert summary.failures == (Failures("verdict", "judge", "no_verdict", 6),)
    assert summary.standings[0].average is None


def test_truncated(tmp_path: Path) -> None:
    """Answers that were cut are counted beside, and judged like the others."""

    def say(cell: Cell) -> Answer:
        return well(cell) if cell.judge else Reply(f"{cell}", finish_reason="length")

    summary, _ = play(tmp_path, plan(), say)
    assert summary.coverage == Coverage(12, 12, 0, 0, 0, 0, 12)
    assert summary.warnings == (
        "12 answers were cut (max_tokens or a filter), and judged as they are",
    )


def test_spending(tmp_path: Path) -> None:
    """Tokens are summed by model; a judge and a model of one name are told apart."""
    what = plan(("one", "same"), ("same",), price=Price(2.0, 10.0))
    summary, _ = play(tmp_path, what, lambda cell: graded(5) if cell.judge else answered(cell))
    assert [replace(spending, usd=None) for spending in summary.spending] == [
        Spending("answer", "one", 6, 120, 30, None),
        Spending("answer", "same", 6, 120, 30, None),
        Spending("judgment", "same", 12, 1200, 120, None),
    ]
    assert [s.usd for s in summary.spending] == pytest.approx([540e-6, 540e-6, 3600e-6])


def test_no_price(tmp_path: Path) -> None:
    """Without a price the cost is unknown, not 0."""
    summary, _ = play(tmp_path, plan(), well)
    assert {spending.usd for spending in summary.spending} == {None}


def test_tokens_not_said(tmp_path: Path) -> None:
    """A server that counts no tokens leaves the sums at what others said."""
    replies = iter([Usage(), Usage(3, None), Usage(None, 4)])

    def say(cell: Cell) -> Answer:
        return None if cell.judge else Reply(f"{cell}", usage=next(replies, Usage()))

    summary, _ = play(tmp_path, plan(("a",)), say)
    assert summary.spending == (Spending("answer", "a", 6, 3, 4, None),)


_said: st.SearchStrategy[str] = st.sampled_from(
    ["graded", "graded", "graded", "worded", "nothing", *(cause.value for cause in Cause)]
)


@given(st.data())
def test_nothing_is_dropped(data: st.DataObject) -> None:
    """Whatever is missing: expected = scored + unparsed + refused + failed + not reached."""
    repeats, choices = data.draw(st.integers(1, 2)), data.draw(st.integers(1, 2))
    what = plan(judges=("judge", "other"), questions=2, choices=choices, repeats=repeats)

    def say(cell: Cell) -> Answer:
        said = data.draw(_said)
        if said == "nothing":
            return None
        if said == "graded":
            return graded(data.draw(st.integers(1, 10))) if cell.judge else answered(cell)
        return Reply(f"No grade for {cell}.") if said == "worded" else Cause(said)

    with TemporaryDirectory() as folder:
        summary, found = play(Path(folder), what, say)
    coverage = summary.coverage
    assert coverage.expected == 2 * 2 * 2 * 2 * choices * repeats
    assert coverage.expected == (
        coverage.scored
        + coverage.unparsed
        + coverage.refused
        + coverage.failed
        + coverage.not_reached
    )
    assert coverage.scored == sum(s.average.n for s in summary.standings if s.average)
    assert coverage.expected == sum(standing.expected for standing in summary.standings)
    for standing in summary.standings:
        n = standing.average.n if standing.average else 0
        assert n == sum(part.n for part in standing.turns.values() if part)
        assert n == sum(part.n for part in standing.categories.values() if part)
    missing = sum(f.n for f in summary.failures if f.kind.endswith("judgment"))
    assert missing == coverage.refused + coverage.failed + coverage.not_reached
    unparsed = sum(f.n for f in summary.failures if f.kind == "verdict")
    assert unparsed == coverage.unparsed
    assert len({outcome.cell for outcome in found}) == len(found)
