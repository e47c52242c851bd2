"""Krippendorff's alpha, against the package of his name and a published example."""

from random import Random

import krippendorff
import numpy as np
import pytest

from asynceval.stats.krippendorff import Level, alpha

# The four observers of twelve units in Krippendorff 2011, section C.
OBSERVERS = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
UNITS = [
    [int(value) for value in unit if value != "."]
    for unit in zip(*(row.split() for row in OBSERVERS), strict=True)
]


@pytest.mark.parametrize(
    ("level", "expected"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_the_published_example(level: Level, expected: float) -> None:
    """The values that are printed there."""
    assert alpha(UNITS, level) == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
@pytest.mark.parametrize("seed", range(4))
def test_against_the_package(level: Level, seed: int) -> None:
    """With gaps, and scores that are not whole."""
    dice = Random(seed)
    table = np.full((4, 25), np.nan)
    for unit in range(25):
        level_of_unit = dice.randint(1, 8)
        for rater in range(4):
            if dice.random() < 0.7:
                table[rater, unit] = level_of_unit + dice.choice([0, 0, 0, 0.5, 2])
    items = [[value for value in unit if not np.isnan(value)] for unit in table.T.tolist()]
    expected = krippendorff.alpha(reliability_data=table, level_of_measurement=level)
    assert alpha(items, level) == pytest.approx(expected)


def test_verdicts_may_have_an_order() -> None:
    """A tie is nearer to a win than a loss is: loss, tie, win as -1, 0, 1 with equal numbers."""
    near = [["win", "tie"], ["tie", "tie"], ["loss", "loss"], ["win", "win"]]
    far = [["win", "loss"], ["tie", "tie"], ["loss", "loss"], ["win", "win"]]
    order = ("loss", "tie", "win")
    one, other = alpha(near, "ordinal", order), alpha(far, "ordinal", order)
    assert one is not None and other is not None
    assert one > other
    words = {"loss": -1, "tie": 0, "win": 1}
    assert one == alpha([[words[each] for each in item] for item in near], "ordinal")


def test_what_cannot_be_compared_is_undefined() -> None:
    """No item with two ratings, or one value only."""
    for items in ([], [[1], [2]], [[3, 3], [3, 3]]):
        assert alpha(items, "nominal") is None
        assert alpha(items, "interval") is None
        assert alpha(items, "ordinal") is None
