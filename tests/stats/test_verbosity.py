"""Verbosity: scores and verdicts against length."""

from math import e, log
from random import Random

import numpy as np
import pytest
import statsmodels.api as sm

from asynceval.stats.verbosity import length_correlation, length_slope, longer_wins


def answers(seed: int) -> list[tuple[str, float, int]]:
    """Return scores that rise by 0.7 with each e-fold of length, on questions of unequal difficulty."""
    dice = Random(seed)
    found = []
    for question in range(40):
        level = dice.gauss(5, 3)
        for _ in range(dice.randint(1, 5)):
            length = int(np.exp(dice.gauss(6 - level / 3, 0.5))) + 1
            found.append((str(question), level + 0.7 * log(length) + dice.gauss(0, 0.3), length))
    return found


@pytest.mark.parametrize("seed", range(3))
def test_the_slope_is_that_of_fixed_effects(seed: int) -> None:
    """It is the regression with a constant for each question, clustered by question."""
    rows = answers(seed)
    names = sorted({question for question, _, _ in rows})
    x = np.array([[log(length), *(name == q for name in names)] for q, _, length in rows])
    groups = np.array([names.index(question) for question, _, _ in rows])
    fit = sm.OLS(np.array([score for _, score, _ in rows]), x).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
    )
    got = length_slope(rows)
    assert got is not None and got.se is not None
    assert got.value == pytest.approx(fit.params[0])
    assert got.se == pytest.approx(fit.bse[0] * np.sqrt(40 / 39))
    assert got.value == pytest.approx(0.7, abs=3 * got.se)


def test_hard_questions_have_no_say() -> None:
    """Between questions long answers score low here, and within them high."""
    rows = [("a", 9.0, 10), ("a", 10.0, 20), ("b", 1.0, 1000), ("b", 2.0, 2000)]
    got = length_slope(rows)
    assert got is not None
    assert got.value == pytest.approx(1 / log(2))
    assert got.se == pytest.approx(0, abs=1e-9)
    assert length_correlation(rows) == pytest.approx(1)


def test_an_e_fold_is_the_unit_and_empty_answers_are_dropped() -> None:
    """They have no logarithm, and are counted."""
    rows = [("a", 1.0, 1000), ("a", 3.0, round(1000 * e)), ("b", 4.0, 7), ("c", 1.0, 0)]
    got = length_slope(rows)
    assert got is not None
    assert got.value == pytest.approx(2, rel=1e-3)
    assert (got.n, got.dropped) == (3, 1)


def test_without_different_lengths_it_is_undefined() -> None:
    """Nothing, one answer a question, or equal lengths within each, whatever their logarithms."""
    alike = [(str(length), score, length) for length in range(2, 60) for score in (1.0, 3.0, 4.0)]
    for rows in ([], [("a", 1.0, 0)], [("a", 1.0, 5), ("b", 3.0, 9)], alike):
        assert length_slope(rows) is None
        assert length_correlation(rows) is None


def test_verdicts_for_the_longer_answer_by_hand() -> None:
    """Longer wins 3 of 4; a tie and equal lengths are dropped."""
    got = longer_wins(
        [
            ("a", 1, 9, 5),
            ("a", 0, 5, 9),
            ("b", 0, 1, 2),
            ("c", 0, 9, 5),
            ("c", 0.5, 9, 5),
            ("d", 1, 5, 5),
        ]
    )
    assert got is not None
    assert (got.value, got.n, got.dropped) == (0.75, 4, 2)
    assert got.se is not None
    assert longer_wins([("a", 0.5, 9, 5)]) is None
