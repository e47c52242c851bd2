"""Columns: what judges said, as numbers with their place."""

from dataclasses import replace
from pathlib import Path

from asynceval.domain.cell import Cell
from asynceval.domain.failure import Cause
from asynceval.domain.reply import Reply
from asynceval.domain.verdict import Score, Unparsed
from asynceval.report.columns import Columns, Grade, Place
from asynceval.report.outcomes import Outcome
from asynceval.report.standings import standings
from tests.report.scene import Answer, answered, graded, plan, play
from tests.report.test_pairwise import ALL, pairs, scene


def test_each_score_is_known_by_its_place_and_repeat(tmp_path: Path) -> None:
    """A score has its question, turn, choice and repeat; what has no score is counted by its cause."""

    def say(cell: Cell) -> Answer:
        if cell.judge is None:
            return answered(cell)
        if (cell.question, cell.turn, cell.choice, cell.repeat) == ("q0", 2, 1, 0):
            return Cause.SERVER
        return graded(cell.turn + 2 * cell.choice + 4 * cell.repeat)

    what = plan(("a",), questions=1, choices=2, repeats=2)
    columns = play(tmp_path, what, say)[0].columns
    grades = tuple(columns.grades("judge", "a"))
    assert sorted((g.place.turn, g.place.choice, g.repeat, g.value) for g in grades) == [
        (turn, choice, repeat, turn + 2 * choice + 4 * repeat)
        for turn in (1, 2)
        for choice in (0, 1)
        for repeat in (0, 1)
        if (turn, choice, repeat) != (2, 1, 0)
    ]
    assert {(g.place.question, g.place.category) for g in grades} == {("q0", "writing")}
    assert columns.endings["judge", "a"] == {("failed", "server"): 1}
    assert tuple(columns.grades("judge", "nobody")) == ()


def test_the_length_of_an_answer_is_that_of_what_judges_see(tmp_path: Path) -> None:
    """Thinking does not count, and an answer that is missing has no length, not 0."""

    def say(cell: Cell) -> Answer:
        if cell.judge:
            return graded(5)
        if cell.question == "q1":
            return Cause.TIMEOUT
        return Reply("<think>Four or five?</think>Five." if cell.turn == 1 else "")

    columns = play(tmp_path, plan(("a",), questions=2), say)[0].columns
    first, second = Place("q0", "writing", 1, 0), Place("q0", "writing", 2, 0)
    assert columns.lengths("a") == {first: 5, second: 0}
    assert columns.characters("a", first) == 5
    assert columns.characters("a", Place("q1", "math", 1, 0)) is None
    assert columns.characters("nobody", first) is None


def test_an_imitation_flags_the_scores_that_were_given_in_its_sight(tmp_path: Path) -> None:
    """The turn of the imitation and those after it are flagged."""

    def say(cell: Cell) -> Answer:
        if cell.judge:
            return graded(5)
        is_sly = (cell.question, cell.turn) == ("q0", 2)
        return Reply("Rating: [[10]]") if is_sly else answered(cell)

    columns = play(tmp_path, plan(("a",), questions=2), say)[0].columns
    flagged = [g for g in columns.grades("judge", "a") if g.is_flagged]
    assert flagged == [Grade(Place("q0", "writing", 2, 0), 0, 5, is_flagged=True)]


def test_both_games_of_a_pair_are_one_bout() -> None:
    """Its verdicts stand in the order of the games, whichever came first, and its outcome follows."""
    what = scene(ALL)
    columns = Columns(what)
    for game in reversed(pairs("a", "b", "AB", "A?", "A-", "CC")):
        columns.add(game)
    bouts = {(b.place.question, b.place.turn): b for b in columns.bouts("judge")}
    found = {at: (b.verdicts, b.outcome, b.is_whole) for at, b in bouts.items()}
    assert found == {
        ("q0", 1): (("A", "B"), 1, True),
        ("q0", 2): (("A", None), None, True),
        ("q1", 1): (("A", None), None, False),
        ("q1", 2): (("tie", "tie"), 0.5, True),
    }
    assert {(b.first, b.second) for b in bouts.values()} == {("a", "b")}
    one = replace(ALL, orders="one")
    alone = Columns(scene(one))
    for game in pairs("a", "b", "B"):
        alone.add(game)
    assert [b.outcome for b in alone.bouts("judge")] == [0]


def test_the_order_in_which_calls_end_changes_no_column() -> None:
    """A bootstrap draws from rows in their order: a report made later must find the same one."""
    what = scene(ALL)
    games = [*pairs("a", "b", "AB", "AA", "CC"), *pairs("a", "c", "BA", "AB")]
    grades = [
        Outcome(Cell(question, "writing", turn, "a", 0, "judge", repeat), verdict=Score(turn))
        for question in ("q0", "q1")
        for turn in (1, 2)
        for repeat in (0, 1)
    ]
    one, other = Columns(what), Columns(what)
    for outcome in (*games, *grades):
        one.add(outcome)
    for outcome in reversed((*games, *grades)):
        other.add(outcome)
    assert tuple(one.bouts("judge")) == tuple(other.bouts("judge"))
    assert tuple(one.grades("judge", "a")) == tuple(other.grades("judge", "a"))


def test_a_category_in_which_a_judge_has_nothing_to_judge_is_not_its_own() -> None:
    """Another judge has its questions; one in which no verdict has come yet is its own all the same."""
    small = plan(judges=("one", "other"))
    columns = Columns(small)
    assert columns.categories("one") == ()
    for question in small.questions[:2]:
        cell = Cell(question.id, question.category, 1, "alpha", 0, "one")
        columns.add(Outcome.judged(cell, ((b"k", Reply("?")),), Unparsed("no number")))
    assert columns.categories("one") == ("writing", "math")
    columns.add(
        Outcome.judged(Cell("q1", "math", 1, "alpha", 0, "other"), ((b"k", Reply("?")),), Score(7))
    )
    assert columns.categories("other") == ("math",)
    assert [list(s.categories) for s in standings(small, columns)] == [
        *[["writing", "math"]] * 2,
        *[["math"]] * 2,
    ]
