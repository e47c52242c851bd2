"""How far judges agree, against independent libraries on cases that tell each measure from its neighbours."""

from dataclasses import replace

import krippendorff
import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import cohen_kappa_score

from asynceval.domain.cell import Cell
from asynceval.domain.verdict import Score
from asynceval.report.columns import Columns
from asynceval.report.concord import Chorus, Concord, concords
from asynceval.report.outcomes import Outcome
from tests.report.scene import plan
from tests.report.test_pairwise import ALL, pairs, scene

GRADES = {
    "one": [1, 2, 3, 4, 5, 9],
    "two": [1, 2, 3, 5, 4, 5],
    "three": [2, 2, 4, 3, 6, 8],
}


def graders() -> tuple[tuple[Concord, ...], Chorus]:
    """Return what three judges with these grades for six answers come to."""
    what = plan(("a",), tuple(GRADES))
    columns = Columns(what)
    for judge, grades in GRADES.items():
        for place, grade in enumerate(grades):
            cell = Cell(f"q{place // 2}", "writing", place % 2 + 1, "a", 0, judge)
            columns.add(Outcome(cell, verdict=Score(float(grade))))
    twos, (every,) = concords(what, columns)
    return twos, every


def test_kappa_of_scores_forgives_by_the_square_of_the_distance() -> None:
    """Each two judges' weighted kappa is scikit-learn's quadratic one."""
    twos, _ = graders()
    assert [two.judges for two in twos] == [("one", "two"), ("one", "three"), ("two", "three")]
    for two in twos:
        one, other = (GRADES[name] for name in two.judges)
        expected = cohen_kappa_score(one, other, weights="quadratic", labels=list(range(1, 10)))
        assert two.weighted == pytest.approx(expected)
        assert two.cohen == pytest.approx(cohen_kappa_score(one, other))


def test_alpha_of_scores_is_by_interval() -> None:
    """Krippendorff's, in which a distance counts by its square."""
    _, every = graders()
    expected = krippendorff.alpha(np.array(list(GRADES.values())), level_of_measurement="interval")
    assert every.alpha == pytest.approx(expected)


def test_each_of_three_judges_is_held_against_the_others() -> None:
    """Spearman's correlation with the mean of the other two, from three judges on."""
    _, every = graders()
    assert every.rest.keys() == GRADES.keys()
    for name, own in GRADES.items():
        others = np.mean([grades for other, grades in GRADES.items() if other != name], axis=0)
        assert every.rest[name] == pytest.approx(spearmanr(own, others).statistic)


def test_alpha_of_pairs_is_by_order() -> None:
    """A tie lies between the two sides, so it is nearer to each than they are to each other."""
    said = {"one": ("AB", "AB", "BA", "AA", "AB"), "two": ("AB", "AA", "BA", "BA", "AA")}
    base = scene(ALL)
    judges = tuple(replace(ALL, name=name) for name in said)
    what = replace(base, sweep=replace(base.sweep, judges=judges))
    columns = Columns(what)
    for judge, verdicts in said.items():
        for game in pairs("a", "b", *verdicts):
            columns.add(replace(game, cell=replace(game.cell, judge=judge)))
    _, (every,) = concords(what, columns)
    table = np.array([[2, 2, 0, 1, 2], [2, 1, 0, 0, 1]])
    expected = krippendorff.alpha(table, level_of_measurement="ordinal")
    assert expected != pytest.approx(krippendorff.alpha(table, level_of_measurement="nominal"))
    assert every.alpha == pytest.approx(expected)
