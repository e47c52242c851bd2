"""A leaderboard held against another one, by hand."""

from dataclasses import replace
from statistics import NormalDist, fmean

import pytest

from asynceval.domain.cell import Cell
from asynceval.domain.verdict import Score
from asynceval.report.columns import Columns
from asynceval.report.contrast import Ground
from asynceval.report.leaderboard import likenesses
from asynceval.report.outcomes import Outcome
from asynceval.stats.bootstrap import bootstrap_mean
from tests.report.scene import plan
from tests.report.test_pairwise import ALL, pairs, scene

GRADES = {"a": [5, 6, 9, 4], "b": [6, 6, 7, 8], "c": [1, 2, 1, 3]}


def test_the_brier_score_is_of_variances() -> None:
    """P(a < b) = Phi((b - a) / sqrt(SE_a^2 + SE_b^2)), against what the other leaderboard says."""
    what = plan(tuple(GRADES), questions=4)
    columns = Columns(what)
    for model, grades in GRADES.items():
        for number, grade in enumerate(grades):
            cell = Cell(f"q{number}", "writing", 1, model, 0, "judge")
            columns.add(Outcome(cell, verdict=Score(float(grade))))
    ground = Ground(columns, what.sweep.judges[0], list(GRADES))
    (found,) = likenesses([ground], {"a": 3.0, "b": 2.0, "c": 1.0})
    means = {
        m: bootstrap_mean((str(n), float(g)) for n, g in enumerate(its))
        for m, its in GRADES.items()
    }

    def below(one: str, other: str) -> float:
        x, y = means[one], means[other]
        assert x is not None and y is not None and x.se is not None and y.se is not None
        return NormalDist().cdf((y.value - x.value) / (x.se**2 + y.se**2) ** 0.5)

    # The other leaderboard has a above b above c, so all three pairs are the other way round.
    expected = fmean(below(*pair) ** 2 for pair in (("a", "b"), ("a", "c"), ("b", "c")))
    assert found.forecast is not None
    assert found.forecast.brier == pytest.approx(expected)
    assert found.order == pytest.approx(2 / 3)


def test_a_model_that_won_everything_is_told_apart_by_its_interval() -> None:
    """A win rate of 1 has an interval like the others, so the run's separability is known."""
    what = replace(plan(("a", "b", "c"), questions=20), sweep=scene(ALL).sweep)
    columns = Columns(what)
    half = ("AB", "BA") * 20
    for game in pairs("a", "c", *["AB"] * 40) + pairs("b", "c", *half):
        columns.add(game)
    ground = Ground(columns, ALL, ["a", "b", "c"])
    (found,) = likenesses([ground], {"a": 3.0, "b": 2.0})
    assert found.separability == 1
    assert found.forecast is not None and found.forecast.brier < 0.01
