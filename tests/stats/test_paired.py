"""Paired differences, against scipy and cases worked by hand."""

from math import sqrt

import numpy as np
import pytest
from scipy.stats import pearsonr, ttest_rel

from asynceval.stats.arrays import Floats
from asynceval.stats.holm import holm
from asynceval.stats.mean import clustered_mean
from asynceval.stats.paired import comparisons
from asynceval.stats.spots import Spot
from tests.stats.two import paired


def test_by_hand() -> None:
    """Differences 1, 2 and 6 by question: mean 3, variance 7, all 8 signs give p = 2/8."""
    first = [(Spot("a"), 4), (Spot("a"), 6), (Spot("b"), 5), (Spot("c"), 9)]
    second = [(Spot("c"), 3), (Spot("b"), 3), (Spot("a"), 4), (Spot("d"), 1)]
    got = paired(first, second)
    assert got is not None
    assert (got.difference.value, got.difference.n, got.difference.dropped) == (3, 3, 1)
    assert got.difference.se == pytest.approx(sqrt(7 / 3))
    assert got.variance == pytest.approx(7)
    assert got.p == 2 / 8
    assert got.questions == (("c", 6), ("b", 2), ("a", 1))
    turned = paired(second, first)
    assert turned is not None
    assert turned.questions == (("c", -6), ("b", -2), ("a", -1))


def test_what_only_one_has_of_a_question_is_left_out() -> None:
    """Alike in turn 1, where alone both have a score on "b": the turn that one lacks says nothing."""
    first = [(Spot("a", 1), 8), (Spot("a", 2), 4), (Spot("b", 1), 7)]
    second = [(Spot("a", 1), 8), (Spot("a", 2), 3), (Spot("b", 1), 7), (Spot("b", 2), 1)]
    got = paired(first, second)
    assert got is not None
    # On "a" 8 and 4 against 8 and 3, on "b" 7 against 7.
    assert got.questions == (("a", 0.5), ("b", 0))
    assert (got.difference.value, got.difference.n, got.difference.dropped) == (0.25, 2, 1)


def test_repeats_of_a_spot_count_as_their_mean() -> None:
    """Turn 1 twice is no more of the question than turn 2 once."""
    first = [(Spot("a", 1), 8), (Spot("a", 1), 6), (Spot("a", 2), 1)]
    got = paired(first, [(Spot("a", 1), 5), (Spot("a", 2), 1)])
    assert got is not None
    assert got.difference.value == 1


def test_rivals_that_only_one_of_two_has_met_say_nothing() -> None:
    """Both won against "z", "x" beat "y", and only "x" lost to the strong "s"."""
    x = [(Spot("a", 1, "y"), 1), (Spot("a", 1, "z"), 1), (Spot("a", 1, "s"), 0)]
    y = [(Spot("a", 1, "x"), 0), (Spot("a", 1, "z"), 1)]
    z = [(Spot("a", 1, "x"), 0), (Spot("a", 1, "y"), 0)]
    found = {
        (each.first, each.second): each.paired for each in comparisons({"x": x, "y": y, "z": z})
    }
    assert found["x", "y"].difference.value == pytest.approx((1 - 0) / 2)
    assert found["x", "y"].difference.dropped == 0  # "y" never met "s"
    # Against "y" 1 and 0, against each other 1 and 0.
    assert found["x", "z"].difference.value == pytest.approx(1)
    # Against "x" both lost; against each other 1 and 0.
    assert found["y", "z"].difference.value == pytest.approx(1 / 2)


def test_a_rival_that_one_of_two_missed_once_is_dropped_once() -> None:
    """Both met "z" in turn 1, in turn 2 "x" alone has."""
    x = [(Spot("a", 1, "z"), 1), (Spot("a", 2, "z"), 0)]
    found = comparisons({"x": x, "y": [(Spot("a", 1, "z"), 1)]})
    assert (found[0].paired.difference.value, found[0].paired.difference.dropped) == (0, 1)


def test_many_models_are_told_apart_by_t() -> None:
    """Without flips p is that of scipy's t-test, and five questions never have less than 1/16."""
    dice = np.random.default_rng(7)
    one = dice.normal(5, 2, 30)
    other = one + dice.normal(0.4, 1, 30)
    (found,) = comparisons({"x": _scores(one), "y": _scores(other)}, rounds=None)
    assert found.paired.p == pytest.approx(ttest_rel(one, other).pvalue)
    few = {"x": _scores(one[:5]), "y": _scores(one[:5] + 3)}
    assert [each.paired.p for each in comparisons(few, rounds=None)] == [1 / 16]
    same = {"x": _scores(one), "y": _scores(one)}
    assert [each.paired.p for each in comparisons(same, rounds=None)] == [1]


def test_against_the_paired_t_test() -> None:
    """The interval is that of scipy's paired t-test, the correlation Pearson's."""
    dice = np.random.default_rng(4)
    one = dice.normal(5, 2, 80)
    other = one + dice.normal(0.5, 1, 80)
    got = paired(_scores(one), _scores(other))
    expected = ttest_rel(one, other)
    assert got is not None
    low, high = expected.confidence_interval()
    assert got.difference.interval == pytest.approx((low, high))
    assert got.p == pytest.approx(expected.pvalue, abs=0.001)
    assert got.correlation == pytest.approx(pearsonr(one, other).statistic)


def test_the_error_is_that_of_both_models_less_what_they_share() -> None:
    """SE = sqrt(SE_A^2 + SE_B^2 - 2 rho SE_A SE_B)."""
    dice = np.random.default_rng(5)
    one = dice.normal(5, 2, 30)
    other = one / 2 + dice.normal(0, 1, 30)
    got, a, b = (
        paired(_scores(one), _scores(other)),
        *(
            clustered_mean(zip(map(str, range(30)), its.tolist(), strict=True))
            for its in (one, other)
        ),
    )
    assert got is not None and got.correlation is not None
    assert a is not None and b is not None
    assert a.se is not None and b.se is not None
    expected = sqrt(a.se**2 + b.se**2 - 2 * got.correlation * a.se * b.se)
    assert got.difference.se == pytest.approx(expected)


def test_degenerate_cases() -> None:
    """No question in common, one only, and no difference at all."""
    assert paired([(Spot("a"), 1)], [(Spot("b"), 1)]) is None
    assert paired([], []) is None
    one = paired([(Spot("a"), 3)], [(Spot("a"), 1)])
    assert one is not None
    assert (one.difference.value, one.difference.se, one.variance, one.p) == (2, None, None, 1)
    assert one.correlation is None
    same = [(Spot("a"), 3.0), (Spot("b"), 3.0)]
    equal = paired(same, same)
    assert equal is not None
    assert (equal.difference.value, equal.difference.se, equal.p) == (0, 0, 1)
    assert equal.difference.interval is None


def test_all_pairs_are_compared_and_corrected_together() -> None:
    """Each comparison is the one of the two alone, with Holm's correction over all of them."""
    dice = np.random.default_rng(6)
    level = dice.normal(5, 2, 12)
    scores = {
        name: _scores(level + gap + dice.normal(0, 1, 12))
        for name, gap in {"x": 0, "y": 0.5, "z": 2}.items()
    }
    scores["z"] = scores["z"][:8]
    found = comparisons(scores)
    assert [(each.first, each.second) for each in found] == [("x", "y"), ("x", "z"), ("y", "z")]
    for each in found:
        assert each.paired == paired(scores[each.first], scores[each.second])
    assert tuple(each.p_corrected for each in found) == holm([each.paired.p for each in found])


def test_models_without_a_common_question_are_not_compared() -> None:
    """They make no comparison, and do not count for the correction."""
    found = comparisons({"x": [(Spot("a"), 1)], "y": [(Spot("b"), 2)], "z": [(Spot("b"), 3)]})
    assert [(each.first, each.second) for each in found] == [("y", "z")]
    assert comparisons({"x": [(Spot("a"), 1)]}) == ()


def _scores(values: Floats) -> list[tuple[Spot, float]]:
    return [(Spot(str(number)), float(value)) for number, value in enumerate(values)]
