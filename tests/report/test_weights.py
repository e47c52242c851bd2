"""Weights: how many verdicts have probabilities, and what pairs come to by them."""

from dataclasses import replace

import pytest

from asynceval.cli.totals import weights
from asynceval.domain.cell import Cell
from asynceval.domain.reply import Usage
from asynceval.domain.verdict import Choice, Score, Unparsed, Verdict
from asynceval.report.outcomes import Outcome
from asynceval.report.weights import Scales, Weights
from tests.report.scene import plan


def gathered(*said: tuple[Cell, Verdict]) -> Weights:
    """Return what a judge's verdicts come to."""
    what = plan(("a", "b"))
    judge = replace(what.sweep.judges[0], logprobs=True)
    scales = Scales(replace(what, sweep=replace(what.sweep, judges=(judge,))))
    for cell, verdict in said:
        scales.add("judge", Outcome(cell, Usage(1, 1), verdict))
    (found,) = scales.weights()
    return found


def test_plain_and_weighted_verdicts_are_counted() -> None:
    """The mass is the mean over those that are weighted; what has no verdict is in neither."""
    cell = Cell("q0", "writing", 1, "a", judge="judge")
    verdicts: list[Verdict] = [
        Score(7.5, (), 1.0),
        Score(8, (), 0.9),
        Score(6, ("unweighted",)),
        Unparsed("empty"),
    ]
    found = gathered(*((cell, verdict) for verdict in verdicts))
    assert (found.judge, found.n, found.weighted, found.preference) == ("judge", 3, 2, {})
    assert found.mass == pytest.approx(0.95)
    (line,) = weights([found])
    assert line.startswith(
        "  judge: 2 of 3 verdicts are weighted by probabilities, which cover 95%"
    )


def test_preferences_are_over_both_orders() -> None:
    """A judge that likes what is first gives both models a half, by the mean of both games."""
    game = Cell("q0", "writing", 1, "a", judge="judge", opponent="b")
    first = (game, Choice("A", (), 1.0, 0.8))
    second = (replace(game, order=2), Choice("A", (), 1.0, 0.7))
    found = gathered(first, second)
    assert found.preference == {"a": pytest.approx(0.55), "b": pytest.approx(0.45)}


def test_judges_that_are_not_asked_have_none() -> None:
    """Without `logprobs` there is nothing to tell."""
    assert Scales(plan()).weights() == ()
