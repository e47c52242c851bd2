"""Length-adjusted win rates of a run: each outcome from the model's side, with both lengths in their places."""

from dataclasses import replace
from random import Random

import pytest

from asynceval.domain.cell import Cell
from asynceval.domain.reply import Usage
from asynceval.domain.sweep import Target
from asynceval.report.columns import Columns
from asynceval.report.evened import evened
from asynceval.report.outcomes import Outcome
from asynceval.stats.estimate import Estimate
from asynceval.stats.length_adjusted import Preference, length_adjusted
from tests.report.scene import plan
from tests.report.test_pairwise import BASELINE, pairs


@pytest.mark.parametrize("baseline_first", [False, True])
def test_the_outcome_is_the_models_whoever_stands_first(*, baseline_first: bool) -> None:
    """It wins three of four, most where it is longer; the rate is that of the same hundred questions."""
    dice = Random(1)
    base = plan(("a", "c"), questions=100)
    targets = tuple(Target(name, "here", name) for name in ("a", "c"))
    what = replace(base, sweep=replace(base.sweep, judges=(BASELINE,), targets=targets))
    columns = Columns(what)
    expected, verdicts = [], []
    for number in range(100):
        sizes = {"a": dice.randint(50, 150), "c": dice.randint(50, 100)}
        wins = dice.random() < 0.5 + 0.4 * (sizes["a"] > 90)
        for model, size in sizes.items():
            cell = Cell(f"q{number}", "writing", 1, model)
            columns.add(Outcome(cell, Usage(1, 1), characters=size))
        verdicts += ["AB" if wins != baseline_first else "BA", "??"]
        category = what.questions[number].category
        expected.append(Preference(f"q{number}", category, float(wins), sizes["a"], sizes["c"]))
    names = ("c", "a") if baseline_first else ("a", "c")
    for game in pairs(*names, *verdicts):
        columns.add(game)
    (found,) = evened(what, columns)
    wanted = length_adjusted(expected, rounds=1000)
    assert isinstance(found.rate, Estimate) and isinstance(wanted, Estimate)
    assert (found.model, found.baseline) == ("a", "c")
    assert found.rate.value == pytest.approx(wanted.value)
    assert 0.6 < found.rate.value < sum(its.value for its in expected) / 100
