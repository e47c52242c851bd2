"""Contrasts of a pairwise judge: games between two models, and what both do against others."""

from dataclasses import replace

import pytest

from asynceval.domain.cell import Cell
from asynceval.domain.verdict import Score
from asynceval.report.columns import Columns
from asynceval.report.contrast import Ground
from asynceval.report.outcomes import Outcome
from asynceval.report.pairwise import pair_standings
from asynceval.report.ranks import Rank
from tests.report.scene import plan
from tests.report.test_pairwise import ALL, BASELINE, pairs, scene


def ground(judge: object, games: list[Outcome]) -> Ground:
    assert judge in (ALL, BASELINE)
    its = ALL if judge == ALL else BASELINE
    columns = Columns(scene(its))
    for game in games:
        columns.add(game)
    return Ground(columns, its, ["a", "b", "c"])


def test_two_models_beside_the_same_baseline() -> None:
    """They are compared by what each got on the same question and turn against the baseline."""
    games = pairs("a", "c", "AB", "AB", "BA", "AA")
    games += pairs("b", "c", "BA", "AB", "BA", "BA")
    found = ground(BASELINE, games).contrast("a", "b")
    assert found is not None
    # By question: a has 1 and 0.25, b has 0.5 and 0.
    assert found.paired.difference.value == pytest.approx(0.375)
    assert found.unit == "win rate"
    assert (found.record.win, found.record.tie, found.record.loss) == (2, 2, 0)


def test_a_model_and_its_baseline_are_compared_by_their_own_games() -> None:
    """What the baseline did against others has no part in it; the other order has the other sign."""
    games = pairs("a", "c", "AB", "AA", "AB", "AB") + pairs("b", "c", "BA", "BA", "BA", "BA")
    its = ground(BASELINE, games)
    found, turned = its.contrast("a", "c"), its.contrast("c", "a")
    assert found is not None and turned is not None
    assert found.paired.difference.value == pytest.approx(0.75)  # wins 3.5 of 4: 2 x 0.875 - 1
    assert turned.paired.difference.value == pytest.approx(-0.75)
    assert (found.record.win, found.record.tie, found.record.loss) == (3, 1, 0)
    assert (turned.record.win, turned.record.tie, turned.record.loss) == (0, 1, 3)
    every = {(c.first, c.second): c for c in its.contrasts()}
    assert every.keys() == {("a", "b"), ("a", "c"), ("c", "b")}
    assert every["a", "c"].paired == found.paired
    assert every["a", "c"].p_corrected is not None


def test_a_pair_that_only_one_has_played_is_left_out() -> None:
    """Both beat c on every turn that both have; a's loss on one that b lacks has no part in it."""
    games = pairs("a", "c", "AB", "AB", "AB", "BA") + pairs("b", "c", "AB", "AB", "AB", "A?")
    found = ground(BASELINE, games).contrast("a", "b")
    assert found is not None
    assert (found.paired.difference.value, found.paired.difference.dropped) == (0, 1)


def test_an_opponent_that_one_alone_has_met_ranks_nobody() -> None:
    """A and b tie each other; a alone has beaten c, six questions long, which says nothing of b."""
    what = replace(plan(("a", "b", "c"), questions=6), sweep=scene(ALL).sweep)
    columns = Columns(what)
    for game in pairs("a", "b", *["AA"] * 12) + pairs("a", "c", *["AB"] * 12):
        columns.add(game)
    a, b, _ = pair_standings(what, columns)
    assert a.record.adjusted is not None and b.record.adjusted is not None
    assert (a.record.adjusted.value, b.record.adjusted.value) == (0.75, 0.5)
    assert a.rank is not None and b.rank is not None
    assert set(a.rank.groups) & set(b.rank.groups)
    found = Ground(columns, ALL, ["a", "b", "c"]).contrast("a", "b")
    assert found is not None
    assert (found.paired.difference.value, found.paired.difference.dropped) == (0, 0)


def test_a_model_that_beats_another_is_above_it() -> None:
    """On eight questions a wins of b and both tie c: a does better than c beside b, and c than b beside a."""
    what = replace(plan(("a", "b", "c"), questions=8), sweep=scene(ALL).sweep)
    columns = Columns(what)
    even = ["AA"] * 16
    for game in pairs("a", "b", *["AB"] * 16) + pairs("a", "c", *even) + pairs("b", "c", *even):
        columns.add(game)
    a, c, b = pair_standings(what, columns)
    assert (a.rank, c.rank, b.rank) == (Rank(1, 1, (1,)), Rank(2, 2, (2,)), Rank(3, 3, (3,)))


def test_a_second_answer_that_only_one_has_is_left_out() -> None:
    """Both get 8 for their first answer; a's second one got 2, and b has none."""
    what = plan(("a", "b"), choices=2)
    columns = Columns(what)
    for model, choice, grade in (("a", 0, 8), ("a", 1, 2), ("b", 0, 8)):
        cell = Cell("q0", "writing", 1, model, choice, "judge")
        columns.add(Outcome(cell, verdict=Score(float(grade))))
    found = Ground(columns, what.sweep.judges[0], ["a", "b"]).contrast("a", "b")
    assert found is not None
    assert (found.paired.difference.value, found.paired.difference.dropped) == (0, 1)


def test_no_win_rate_differs_by_more_than_all() -> None:
    """One tie in twelve pairs: the difference is 11 of 12, and its interval ends at 1."""
    what = replace(plan(("a", "b", "c"), questions=6), sweep=scene(ALL).sweep)
    columns = Columns(what)
    for game in pairs("a", "b", *["AB"] * 11, "AA"):
        columns.add(game)
    found = Ground(columns, ALL, ["a", "b", "c"]).contrast("a", "b")
    assert found is not None and found.paired.difference.interval is not None
    low, high = found.paired.difference.interval
    assert 0.6 < low < found.paired.difference.value == pytest.approx(11 / 12)
    assert high == 1


def test_all_pairs_are_drawn_often_enough_to_be_told_apart() -> None:
    """Of more questions than all patterns can be counted of, p is as small as its draws allow."""
    what = replace(plan(("a", "b", "c"), questions=20), sweep=scene(ALL).sweep)
    columns = Columns(what)
    for game in pairs("a", "b", *["AB"] * 40):
        columns.add(game)
    (found,) = Ground(columns, ALL, ["a", "b", "c"]).contrasts()
    assert found.paired.p == found.p_corrected == pytest.approx(1e-4)


def test_models_that_never_met_a_question_have_no_contrast() -> None:
    """Without a verdict for one of them there is nothing to say."""
    its = ground(ALL, pairs("a", "b", "AB", "A?"))
    assert its.models == ("a", "b")
    assert its.contrast("a", "c") is None
