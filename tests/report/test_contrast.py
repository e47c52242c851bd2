"""Contrasts of a pairwise judge: games between two models, and what both do against others."""

import pytest

from asynceval.report.columns import Columns
from asynceval.report.contrast import Ground
from asynceval.report.outcomes import Outcome
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


def test_models_that_never_met_a_question_have_no_contrast() -> None:
    """Without a verdict for one of them there is nothing to say."""
    its = ground(ALL, pairs("a", "b", "AB", "A?"))
    assert its.models == ("a", "b")
    assert its.contrast("a", "c") is None
