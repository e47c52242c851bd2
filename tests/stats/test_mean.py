"""The mean and its clustered standard error, against cases worked by hand and another formula."""

from math import isclose, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynceval.stats.mean import clustered_mean, mean
from asynceval.stats.student import t_quantile

_scores = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.integers(1, 10).map(float)), min_size=1, max_size=60
)


def test_of_nothing() -> None:
    """The mean of nothing is undefined, never 0."""
    assert mean([]) is None
    assert clustered_mean([]) is None


def test_plain() -> None:
    """The plain mean is the sum over the number, of any iterable."""
    assert mean(iter([1, 2, 6])) == 3
    assert mean([0.1] * 10) == 0.1


def test_single_question() -> None:
    """One question has a mean, and no spread to speak of."""
    got = clustered_mean([("q", 4), ("q", 8)])
    assert got is not None
    assert (got.value, got.n, got.se, got.interval) == (6, 2, None, None)


def test_single_scores() -> None:
    """With one score a question it is the usual standard error: 2, 4, 9 give sqrt(13 / 3)."""
    got = clustered_mean([("a", 2), ("b", 4), ("c", 9)])
    assert got is not None
    assert (got.value, got.n) == (5, 3)
    assert got.se == pytest.approx(sqrt(13 / 3))


def test_clusters() -> None:
    """Two questions with scores 1, 3 and 5, 7: deviations of -4 and 4, so SE = sqrt(2 * 32) / 4."""
    got = clustered_mean([("a", 1), ("b", 5), ("a", 3), ("b", 7)])
    assert got is not None
    assert (got.value, got.n) == (4, 4)
    assert got.se == pytest.approx(2)
    assert got.interval == pytest.approx((4 - 2 * 12.706205, 4 + 2 * 12.706205), abs=1e-5)


def test_unequal_clusters() -> None:
    """Questions of unequal size: a has 2, 4, b has 9; deviations -4 and 4 again, over n = 3."""
    got = clustered_mean([("a", 2), ("a", 4), ("b", 9)])
    assert got is not None
    assert (got.value, got.n) == (5, 3)
    assert got.se == pytest.approx(sqrt(2 * 32) / 3)


def test_no_spread() -> None:
    """Equal scores have an error of exactly 0, and no interval: nothing is known of other questions."""
    got = clustered_mean([("a", 7), ("b", 7), ("b", 7)])
    assert got is not None
    assert got.se == 0
    assert got.interval is None


def test_repeats_add_nothing() -> None:
    """Saying the same twice about each question makes the mean no more certain."""
    once = clustered_mean([("a", 2), ("b", 4), ("c", 9)])
    twice = clustered_mean([("a", 2), ("b", 4), ("c", 9)] * 2)
    assert once is not None
    assert twice is not None
    assert twice.n == 6
    assert twice.value == once.value
    assert twice.se == pytest.approx(once.se)


@given(_scores)
def test_against_sandwich(scores: list[tuple[str, float]]) -> None:
    """It is the cluster-robust (CR1) error of a regression on a constant, as matrices give it."""
    got = clustered_mean(scores)
    assert got is not None
    questions = sorted({question for question, _ in scores})
    y = np.array([score for _, score in scores])
    membership = np.array([[question == q for q in questions] for question, _ in scores], float)
    x = np.ones((len(y), 1))
    bread = np.linalg.inv(x.T @ x)
    beta = bread @ x.T @ y
    sums = membership.T @ (x * (y - x @ beta)[:, None])
    groups = len(questions)
    assert isclose(got.value, beta[0])
    assert got.n == len(y)
    if groups == 1:
        assert got.se is None
        assert got.interval is None
        return
    variance = (groups / (groups - 1) * bread @ (sums.T @ sums) @ bread)[0, 0]
    assert got.se == pytest.approx(sqrt(variance), abs=1e-9)
    assert got.se is not None
    if got.se == 0:
        assert got.interval is None
        return
    assert got.interval is not None
    low, high = got.interval
    assert (low + high) / 2 == pytest.approx(got.value)
    assert high - low == pytest.approx(2 * t_quantile(groups - 1) * got.se, abs=1e-9)


@given(_scores, st.randoms())
def test_order_does_not_matter(scores: list[tuple[str, float]], random: object) -> None:
    """The order of the scores changes nothing that is worth a digit."""
    shuffled = sorted(scores, key=lambda _: random.random())  # type: ignore[attr-defined]
    one, other = clustered_mean(scores), clustered_mean(shuffled)
    assert one is not None
    assert other is not None
    assert (one.value, one.n) == (other.value, other.n)
    assert (one.se is None) == (other.se is None)
    assert one.se is None or one.se == pytest.approx(other.se, abs=1e-12)
