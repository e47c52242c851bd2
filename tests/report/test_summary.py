"""The summary: means with their n, and every judgment counted once."""

from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynceval.domain.cell import Cell
from asynceval.domain.failure import Cause
from asynceval.domain.reply import Reply, Usage
from asynceval.domain.sweep import Price
from asynceval.report.coverage import ENDINGS, Coverage
from asynceval.report.outcomes import Ending
from asynceval.report.spending import Spending
from asynceval.report.standings import Missing, Part
from asynceval.report.summary import Failures
from asynceval.stats.mean import clustered_mean
from tests.report.scene import Answer, answered, graded, plan, play

FAULTS = set(Cause) - {
    Cause.REFUSED,
    Cause.FILTERED,
    Cause.CONTEXT_LENGTH,
    Cause.NOT_REACHED,
}
GRADES = {("q0", 1): 4, ("q0", 2): 6, ("q1", 1): 5, ("q1", 2): 3, ("q2", 1): 9, ("q2", 2): 9}


def well(cell: Cell) -> Reply:
    """Let everything succeed; beta is a grade better than alpha."""
    if not cell.judge:
        return answered(cell)
    return graded(GRADES[cell.question, cell.turn] + (cell.target == "beta"))


def figures(part: Part) -> tuple[float, int] | None:
    """Return the value and the n of a mean."""
    return None if part.mean is None else (part.mean.value, part.mean.n)


def test_means(tmp_path: Path) -> None:
    """Each model has the mean over all judgments, by turn and by category, best model first."""
    summary, _ = play(tmp_path, plan(), well)
    best, other = summary.standings
    assert (best.model, other.model) == ("beta", "alpha")
    assert other.average == clustered_mean((q, grade) for (q, _), grade in GRADES.items())
    assert other.average is not None
    assert (other.average.value, other.average.n, other.expected) == (6, 6, 6)
    assert {turn: figures(part) for turn, part in other.turns.items()} == {1: (6, 3), 2: (6, 3)}
    assert {name: figures(part) for name, part in other.categories.items()} == {
        "writing": (7, 4),
        "math": (4, 2),
    }
    assert summary.coverage == Coverage(12, scored=12)
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
    nothing = Part(None, is_comparable=False)
    assert last.turns == {1: nothing, 2: nothing}
    assert last.categories == {"writing": nothing, "math": nothing}
    assert last.expected == 6
    assert summary.coverage == Coverage(12, scored=6, not_reached=6)
    assert "6 of 12 judgments have no verdict; every mean says its n" in summary.warnings


def test_order(tmp_path: Path) -> None:
    """Standings are by judge as planned, best first, and by name where scores are equal."""
    what = plan(("d", "a", "c", "b"), ("j2", "j1"))
    grades = {"a": 3, "b": 5, "c": 5, "d": 1}
    summary, _ = play(
        tmp_path, what, lambda cell: graded(grades[cell.target]) if cell.judge else answered(cell)
    )
    models = ["b", "c", "a", "d"]
    assert [(s.judge, s.model) for s in summary.standings] == [
        *(("j2", model) for model in models),
        *(("j1", model) for model in models),
    ]


def test_failed_first_turn(tmp_path: Path) -> None:
    """A first answer that failed takes its judgments along; the turn after it was never sent."""

    def say(cell: Cell) -> Answer:
        is_lost = (cell.target, cell.question, cell.judge) == ("beta", "q0", None)
        return Cause.TIMEOUT if is_lost else well(cell)

    summary, _ = play(tmp_path, plan(repeats=2), say)
    assert summary.coverage == Coverage(24, scored=20, failed=2, not_reached=2)
    assert summary.failures == (
        Failures("answer", "beta", "not_reached", 1),
        Failures("answer", "beta", "timeout", 1),
        Failures("lost judgment", "beta", "not_reached", 2),
        Failures("lost judgment", "beta", "timeout", 2),
    )
    beta = next(s for s in summary.standings if s.model == "beta")
    assert beta.average is not None
    assert (beta.average.n, beta.expected) == (8, 12)


@pytest.mark.parametrize(
    ("cause", "coverage"),
    [
        (Cause.REFUSED, Coverage(6, refused=6)),
        (Cause.FILTERED, Coverage(6, filtered=6)),
        (Cause.CONTEXT_LENGTH, Coverage(6, context_length=6)),
        (Cause.NOT_REACHED, Coverage(6, not_reached=6)),
        *((cause, Coverage(6, failed=6)) for cause in sorted(FAULTS)),
    ],
)
def test_a_missing_judgment_ends_as_its_cause_says(
    tmp_path: Path, cause: Cause, coverage: Coverage
) -> None:
    """Refused, filtered, too long and never sent are apart from what failed; the judge is to blame."""
    summary, _ = play(tmp_path, plan(("a",)), lambda cell: cause if cell.judge else answered(cell))
    assert summary.coverage == coverage
    assert summary.failures == (Failures("judgment", "judge", cause, 6),)
    (standing,) = summary.standings
    assert {missing.reason: missing.n for missing in standing.missing} == {cause: 6}


@pytest.mark.parametrize("cause", Cause)
def test_a_judgment_without_its_answer_ends_as_the_answer_does(
    tmp_path: Path, cause: Cause
) -> None:
    """What a missing answer takes with it has the answer's class, under the target's name."""

    def say(cell: Cell) -> Answer:
        is_lost = (cell.target, cell.question, cell.turn, cell.judge) == ("beta", "q0", 2, None)
        return cause if is_lost else well(cell)

    summary, found = play(tmp_path, plan(repeats=2), say)
    lost = [outcome for outcome in found if outcome.cell.judge and outcome.is_dependent]
    ending: Ending = next((ending for ending in ENDINGS if ending == cause), "failed")
    assert {outcome.ending for outcome in lost} == {ending}
    assert getattr(summary.coverage, ending) == len(lost) == 2
    assert Failures("lost judgment", "beta", cause, 2) in summary.failures
    beta = next(s for s in summary.standings if s.model == "beta")
    assert beta.missing == (Missing(ending, cause, 2),)


def test_unparsed(tmp_path: Path) -> None:
    """Words without a grade are no score, and counted with the reason."""
    summary, _ = play(
        tmp_path, plan(("a",)), lambda cell: Reply("Well.") if cell.judge else answered(cell)
    )
    assert summary.coverage == Coverage(6, unparsed=6)
    assert summary.failures == (Failures("verdict", "judge", "no_verdict", 6),)
    assert summary.standings[0].average is None


def test_truncated(tmp_path: Path) -> None:
    """Answers that were cut are counted beside, and judged like the others."""

    def say(cell: Cell) -> Answer:
        return well(cell) if cell.judge else Reply(f"{cell}", finish_reason="length")

    summary, _ = play(tmp_path, plan(), say)
    assert summary.coverage == Coverage(12, scored=12, truncated=12)
    assert summary.warnings == (
        "12 answers were cut (max_tokens or a filter), and judged as they are",
    )


def test_spending(tmp_path: Path) -> None:
    """Tokens are summed by model; a judge and a model of one name are told apart."""
    what = plan(("one", "same"), ("same",), price=Price(2.0, 10.0))
    summary, _ = play(tmp_path, what, lambda cell: graded(5) if cell.judge else answered(cell))
    assert [replace(spending, usd=None) for spending in summary.spending] == [
        Spending("answer", "one", 6, 120, 30, 0, None),
        Spending("answer", "same", 6, 120, 30, 0, None),
        Spending("judgment", "same", 12, 1200, 120, 0, None),
    ]
    assert [s.usd for s in summary.spending] == pytest.approx([540e-6, 540e-6, 3600e-6])


def test_no_price(tmp_path: Path) -> None:
    """Without a price the cost is unknown, not 0."""
    summary, _ = play(tmp_path, plan(), well)
    assert {spending.usd for spending in summary.spending} == {None}


def test_tokens_not_said(tmp_path: Path) -> None:
    """A server that counts no tokens leaves the sums at what others said, and the cost unknown."""
    replies = iter([Usage(), Usage(3, None), Usage(None, 4)])

    def say(cell: Cell) -> Answer:
        return None if cell.judge else Reply(f"{cell}", usage=next(replies, Usage()))

    summary, _ = play(tmp_path, plan(("a",), price=Price(1.0, 1.0)), say)
    assert summary.spending == (Spending("answer", "a", 6, 3, 4, 6, None),)


_said: st.SearchStrategy[str] = st.sampled_from(
    ["graded", "graded", "graded", "cut", "worded", "nothing", *(cause.value for cause in Cause)]
)


@given(st.data())
def test_nothing_is_dropped(data: st.DataObject) -> None:
    """Every planned judgment ends in exactly one way, whatever became of it and of its answer."""
    repeats, choices = data.draw(st.integers(1, 2)), data.draw(st.integers(1, 2))
    what = plan(judges=("judge", "other"), questions=2, choices=choices, repeats=repeats)

    def say(cell: Cell) -> Answer:
        said = data.draw(_said)
        if said == "nothing":
            return None
        if said == "graded":
            return graded(data.draw(st.integers(1, 10))) if cell.judge else answered(cell)
        if said == "cut":
            return Reply(f"Cut: {cell}.", finish_reason="length")
        return Reply(f"No grade for {cell}.") if said == "worded" else Cause(said)

    with TemporaryDirectory() as folder:
        summary, found = play(Path(folder), what, say)
    coverage = summary.coverage
    assert coverage.expected == 2 * 2 * 2 * 2 * choices * repeats
    counts = asdict(coverage)
    truncated = counts.pop("truncated")
    assert counts.pop("expected") == sum(counts.values())
    answers = [outcome for outcome in found if outcome.cell.judge is None]
    assert truncated == sum(outcome.is_truncated for outcome in answers)
    assert coverage.scored == sum(s.average.n for s in summary.standings if s.average)
    assert coverage.expected == sum(standing.expected for standing in summary.standings)
    for standing in summary.standings:
        n = standing.average.n if standing.average else 0
        assert n == sum(part.mean.n for part in standing.turns.values() if part.mean)
        assert n == sum(part.mean.n for part in standing.categories.values() if part.mean)
        assert standing.expected == n + sum(missing.n for missing in standing.missing)
    for ending in ENDINGS[1:]:
        by_model = (m.n for s in summary.standings for m in s.missing if m.ending == ending)
        assert counts[ending] == sum(by_model)
    missing = sum(f.n for f in summary.failures if f.kind.endswith("judgment"))
    assert missing == coverage.expected - coverage.scored - coverage.unparsed
    unparsed = sum(f.n for f in summary.failures if f.kind == "verdict")
    assert unparsed == coverage.unparsed
    assert len({outcome.cell for outcome in found}) == len(found)


def test_who_is_left_out_is_told(tmp_path: Path) -> None:
    """Tables are of the models that were asked last; which others are stored is said."""
    left = replace(plan(("m",)), left_out=("before", "judge-2"))
    (warning,) = play(tmp_path, left, well)[0].warnings
    assert warning.startswith("asked here before, and left out by the last run: before, judge-2;")
