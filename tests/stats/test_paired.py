"""Paired differences, against scipy and cases worked by hand."""

from itertools import combinations
from math import sqrt

import numpy as np
import pytest
from scipy.stats import pearsonr, ttest_rel

from asynceval.stats.arrays import Floats
from asynceval.stats.holm import holm
from asynceval.stats.mean import clustered_mean
from asynceval.stats.paired import Means, comparisons, item_means, paired


def test_by_hand() -> None:
    """Differences 1, 2 and 6 by question: mean 3, variance 7, all 8 signs give p = 2/8."""
    first = item_means([("a", 1, 4), ("a", 1, 6), ("b", 1, 5), ("c", 1, 9)])
    second = item_means([("c", 1, 3), ("b", 1, 3), ("a", 1, 4), ("d", 1, 1)])
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
    assert paired({"a": {1: 1}}, {"b": {1: 1}}) is None
    assert paired({"a": {1: 1}}, {"a": {2: 1}}) is None
    assert paired({}, {}) is None
    one = paired({"a": {1: 3}}, {"a": {1: 1}})
    assert one is not None
    assert (one.difference.value, one.difference.se, one.variance, one.p) == (2, None, None, 1)
    assert one.correlation is None
    equal = paired({"a": {1: 3}, "b": {1: 3}}, {"a": {1: 3}, "b": {1: 3}})
    assert equal is not None
    assert (equal.difference.value, equal.difference.se, equal.p) == (0, 0, 1)
    assert equal.difference.interval is None


def test_a_turn_that_one_model_lacks_tilts_nothing() -> None:
    """Both get 8 and 4 everywhere; the first lacks the hard turn of two questions of three."""
    whole = item_means([(q, turn, 12 - 4 * turn) for q in "abc" for turn in (1, 2)])
    part: Means = {"a": {1: 8.0}, "b": {1: 8.0}, "c": whole["c"]}
    got = paired(part, whole)
    assert got is not None
    assert (got.difference.value, got.difference.n, got.difference.dropped) == (0, 3, 2)
    assert (got.p, got.questions) == (1, (("a", 0), ("b", 0), ("c", 0)))
    (each,) = comparisons([("x", "y", part, whole)])
    assert each.paired == got


def test_all_pairs_are_compared_and_corrected_together() -> None:
    """Each comparison is the one of the two alone, with Holm's correction over all of them."""
    dice = np.random.default_rng(6)
    level = dice.normal(5, 2, 12)
    scores = {
        name: _scores(level + gap + dice.normal(0, 1, 12))
        for name, gap in {"x": 0, "y": 0.5, "z": 2}.items()
    }
    scores["z"] = {question: scores["z"][question] for question in map(str, range(8))}
    found = comparisons((a, b, scores[a], scores[b]) for a, b in combinations(scores, 2))
    assert [(each.first, each.second) for each in found] == [("x", "y"), ("x", "z"), ("y", "z")]
    for each in found:
        assert each.paired == paired(scores[each.first], scores[each.second])
    assert tuple(each.p_corrected for each in found) == holm([each.paired.p for each in found])


def test_models_without_a_common_question_are_not_compared() -> None:
    """They make no comparison, and do not count for the correction."""
    got: dict[str, Means] = {"x": {"a": {1: 1}}, "y": {"b": {1: 2}}, "z": {"b": {1: 3}}}
    found = comparisons((a, b, got[a], got[b]) for a, b in combinations(got, 2))
    assert [(each.first, each.second) for each in found] == [("y", "z")]
    assert comparisons([]) == ()


def _scores(values: Floats) -> Means:
    return {str(number): {1: float(value)} for number, value in enumerate(values)}
