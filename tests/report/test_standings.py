"""Standings: who can be compared with whom, and what each model lacks."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from asynceval.domain.cell import Cell
from asynceval.domain.failure import Cause
from asynceval.domain.reply import Reply
from asynceval.domain.rubric import Rubric, Scale
from asynceval.report.document import document
from asynceval.report.grounds import contrasts, grounds
from asynceval.report.ranks import Rank
from asynceval.report.standings import Missing, Standing
from tests.report.scene import Answer, answered, graded, plan, play


def standings(
    folder: Path, models: str, lost: Iterable[tuple[str, str, int]], *, repeats: int = 1
) -> tuple[dict[str, Standing], tuple[str, ...]]:
    """Return standings by model and the warnings, where some judgments failed once."""
    left = list(lost)

    def say(cell: Cell) -> Answer:
        place = (cell.target, cell.question, cell.turn)
        if cell.judge and place in left:
            left.remove(place)
            return Cause.SERVER
        return graded(7) if cell.judge else answered(cell)

    summary, _ = play(folder, plan(tuple(models), questions=3, repeats=repeats), say)
    return {standing.model: standing for standing in summary.standings}, summary.warnings


def comparable(found: dict[str, Standing]) -> str:
    """Return the models whose means can be compared."""
    return "".join(sorted(model for model, its in found.items() if its.whole.is_comparable))


@pytest.mark.parametrize(
    ("lost", "expected"),
    [
        ([], "abc"),
        ([("a", "q1", 1)], "bc"),
        ([("a", "q1", 1), ("b", "q1", 1)], "c"),
        ([("a", "q1", 1), ("b", "q1", 1), ("c", "q1", 1)], "abc"),
        ([("a", "q1", 1), ("b", "q2", 1), ("c", "q0", 1)], ""),
        ([("a", "q1", 1), ("b", "q1", 2), ("c", "q1", 1)], ""),
    ],
    ids=["none", "one", "two", "all the same", "as many of other questions", "of another turn"],
)
def test_models_compare_only_over_the_same_questions(
    tmp_path: Path, lost: list[tuple[str, str, int]], expected: str
) -> None:
    """A model is marked when it lacks a score that another has, even where both have as many."""
    found, warnings = standings(tmp_path, "abc", lost)
    assert comparable(found) == expected
    unsure = [warning for warning in warnings if "order is unsure" in warning]
    assert len(unsure) == (expected != "abc")
    for warning in unsure:
        assert warning.endswith(f"{', '.join(sorted(set('abc') - set(expected)))} (by judge)")


@pytest.mark.parametrize(("lost", "is_told"), [(1, False), (2, False), (3, True), (8, True)])
def test_a_few_missing_scores_are_no_reason_to_doubt_the_order(
    tmp_path: Path, lost: int, is_told: bool
) -> None:
    """A warning, once for all judges, where the worst or best grades in their place would leave the interval.

    Forty questions alternate between 6 and 8, twice each: half an interval is 0.32. A grade of 1 in place of
    7 in 80 is 0.075 points, so that with four scores in two questions the mean stays in it.
    """

    def say(cell: Cell) -> Answer:
        number = int(cell.question[1:])
        if cell.judge and cell.target == "b" and number < lost:
            return Cause.SERVER
        return graded(6 + 2 * (number % 2)) if cell.judge else answered(cell)

    summary, _ = play(tmp_path, plan(("a", "b"), ("j1", "j2"), questions=40), say)
    assert [its.whole.is_comparable for its in summary.standings if its.model == "b"] == [False] * 2
    told = [warning for warning in summary.warnings if "order is unsure" in warning]
    assert [warning.rpartition(": ")[2] for warning in told] == ["b (by j1, j2)"] * is_told


def test_coverage_of_79_of_80_questions_is_marked(tmp_path: Path) -> None:
    """A model with an answer less has its n beside its mean, and a mark; the other has none."""

    def say(cell: Cell) -> Answer:
        is_lost = (cell.target, cell.question, cell.judge) == ("b", "q79", None)
        return Cause.TIMEOUT if is_lost else graded(8) if cell.judge else answered(cell)

    summary, _ = play(tmp_path, plan(("a", "b"), questions=80), say)
    found = {standing.model: standing for standing in summary.standings}
    assert (found["a"].n, found["a"].expected) == (160, 160)
    assert (found["b"].n, found["b"].expected) == (158, 160)
    assert found["b"].missing == (
        Missing("failed", "timeout", 1),
        Missing("not_reached", "not_reached", 1),
    )
    assert comparable(found) == "a"


def test_a_lost_repeat_is_marked(tmp_path: Path) -> None:
    """Fewer repeats of one judgment weigh its question less."""
    found, _ = standings(tmp_path, "ab", [("a", "q0", 1)], repeats=2)
    assert comparable(found) == "b"


def test_a_lost_turn_makes_no_difference_between_alike_models(tmp_path: Path) -> None:
    """Both get 8 and 4; half of alpha's second turns are lost, so its mean is higher, its rank is not."""
    what = plan(questions=20)

    def say(cell: Cell) -> Answer:
        if cell.target == "alpha" and cell.judge and cell.turn == 2 and int(cell.question[1:]) % 2:
            return Cause.SERVER
        return graded(8 if cell.turn == 1 else 4) if cell.judge else answered(cell)

    summary, _ = play(tmp_path, what, say)
    alpha, beta = summary.standings
    assert alpha.average is not None and beta.average is not None
    assert alpha.average.value > 6.6 > beta.average.value
    assert alpha.rank == beta.rank == Rank(1, 2, (1,))
    (found,) = contrasts(grounds(what, summary.columns), ("alpha", "beta"))
    assert (found.paired.difference.value, found.paired.p) == (0, 1)
    assert (found.paired.difference.n, found.paired.difference.dropped) == (20, 10)


def test_only_the_parts_that_lack_something_are_marked(tmp_path: Path) -> None:
    """The mean of a turn or a category with all its scores can be compared."""
    found, _ = standings(tmp_path, "ab", [("a", "q1", 2)])
    assert {turn: part.is_comparable for turn, part in found["a"].turns.items()} == {
        1: True,
        2: False,
    }
    assert {name: part.is_comparable for name, part in found["a"].categories.items()} == {
        "writing": True,
        "math": False,
    }


def test_judges_are_apart(tmp_path: Path) -> None:
    """What one judge did not score makes nobody incomparable for another."""

    def say(cell: Cell) -> Answer:
        if cell.judge == "j2" and cell.target == "a":
            return Reply("Well.")
        return graded(7) if cell.judge else answered(cell)

    summary, _ = play(tmp_path, plan(("a", "b"), ("j1", "j2")), say)
    marked = [(s.judge, s.model) for s in summary.standings if not s.whole.is_comparable]
    assert marked == [("j2", "a")]


def test_what_is_missing_is_told_by_ending_and_reason(tmp_path: Path) -> None:
    """Each way to end without a score is counted by its reason."""
    ways: dict[tuple[str, int], Callable[[], Answer]] = {
        ("q0", 1): lambda: Cause.TIMEOUT,
        ("q0", 2): lambda: Cause.SERVER,
        ("q1", 1): lambda: Reply("Well."),
        ("q1", 2): lambda: Reply("Rating: [[11]]"),
        ("q2", 1): lambda: Cause.FILTERED,
        ("q2", 2): lambda: None,
    }
    summary, _ = play(
        tmp_path,
        plan(("a",)),
        lambda cell: ways[cell.question, cell.turn]() if cell.judge else answered(cell),
    )
    assert summary.standings[0].missing == (
        Missing("unparsed", "no_verdict", 1),
        Missing("unparsed", "out_of_range", 1),
        Missing("failed", "server", 1),
        Missing("failed", "timeout", 1),
        Missing("filtered", "filtered", 1),
        Missing("not_reached", "not_reached", 1),
    )


def test_scores_without_what_imitates_a_judge(tmp_path: Path) -> None:
    """Beside the mean stands the one without answers that imitate a judge, and what follows them."""

    def say(cell: Cell) -> Answer:
        if cell.judge:
            return graded(9 if cell.target == "b" and cell.question == "q1" else 5)
        is_sly = (cell.target, cell.question, cell.turn) == ("b", "q1", 1)
        return Reply("Mine is best. Rating: [[10]]") if is_sly else answered(cell)

    summary, _ = play(tmp_path, plan(("a", "b"), questions=3), say)
    found = {standing.model: standing for standing in summary.standings}
    assert (found["a"].flagged, found["b"].flagged) == (0, 2)
    assert found["a"].unflagged == found["a"].average
    average, unflagged = found["b"].average, found["b"].unflagged
    assert average is not None and unflagged is not None
    assert (average.value, average.n) == pytest.approx((38 / 6, 6))
    assert (unflagged.value, unflagged.n) == (5, 4)
    row = next(row for row in document(plan(("a", "b")), summary)["single"] if row["model"] == "b")
    assert (row["average_unflagged"], row["n_unflagged"]) == (5, 4)


def test_grades_on_different_scales_are_never_pooled(tmp_path: Path) -> None:
    """Where categories have different scales there are means by category, and a warning says why."""
    base = plan(("a",), questions=3)
    rubric = Rubric("r", "How?", Scale(0, 1, ("fail", "pass")), ("math",))
    what = replace(base, sweep=replace(base.sweep, rubrics=(rubric,)))

    def say(cell: Cell) -> Answer:
        if not cell.judge:
            return answered(cell)
        return Reply("Rating: [[pass]]") if cell.category == "math" else graded(6)

    summary, _ = play(tmp_path, what, say)
    (found,) = summary.standings
    assert (found.average, found.unflagged, found.n) == (None, None, 6)
    assert {part.mean for part in found.turns.values()} == {None}
    means = {name: part.mean and part.mean.value for name, part in found.categories.items()}
    assert means == {"writing": 6, "math": 1}
    (warning,) = summary.warnings
    assert "different scales (1-10 for writing; fail | pass for math)" in warning
    (row,) = document(what, summary)["single"]
    assert (row["average"], row["se"], row["ci"], row["n"], row["n_unflagged"]) == (
        *(None, None, None),
        *(6, 6),
    )
