"""Self-preference, by hand and against statsmodels."""

from random import Random

import numpy as np
import pytest
import statsmodels.api as sm

from asynceval.stats.agreement import Comparison, Item
from asynceval.stats.self_preference import gain_beside_votes, self_preference


def rows(seed: int, favour: float) -> list[tuple[str, bool, float, float]]:
    """Return verdicts of people, and of a judge that follows them and favours its own family."""
    dice = Random(seed)
    found = []
    for question in range(60):
        for own in (True, False, False):
            people = dice.choice([0.0, 0.5, 1.0])
            judge = 0.6 * people + 0.2 + favour * own + dice.gauss(0, 0.2)
            found.append((str(question), own, judge, people))
    return found


def test_by_hand() -> None:
    """Own: 1 - 0 and 1 - 1; others: 0 - 0.5 and 0 - 0. So 0.5 less -0.25."""
    got = self_preference(
        [("a", True, 1, 0), ("b", True, 1, 1), ("a", False, 0, 0.5), ("b", False, 0, 0)]
    )
    assert got is not None
    assert got.value == pytest.approx(0.75)
    assert got.n == 4
    # On question a the gaps are 0.5 and -0.25 from their means, on b the opposite: 3/8 and -3/8.
    assert got.se == pytest.approx(np.sqrt(2 * 2 * (3 / 8) ** 2))


@pytest.mark.parametrize("favour", [0.0, 0.25])
def test_a_preference_is_found_where_there_is_one(favour: float) -> None:
    """And only there."""
    got = self_preference(rows(1, favour))
    assert got is not None and got.se is not None
    assert got.value == pytest.approx(favour, abs=3 * got.se)
    assert got.se < 0.06


def test_without_both_kinds_it_is_undefined() -> None:
    """Own models only, others only, one question, nothing."""
    assert self_preference([]) is None
    assert self_preference([("a", True, 1, 0), ("b", True, 1, 1)]) is None
    assert self_preference([("a", True, 1, 0), ("a", False, 1, 1)]) is None


def test_against_statsmodels() -> None:
    """A regression of the gaps on the own family, clustered by question."""
    data = rows(2, 0.1)
    x = np.array([[1.0, own] for _, own, *_ in data])
    fit = sm.OLS(np.array([judge - people for _, _, judge, people in data]), x).fit(
        cov_type="cluster",
        cov_kwds={"groups": np.array([int(q) for q, *_ in data]), "use_correction": False},
    )
    got = self_preference(data)
    assert got is not None
    assert got.value == pytest.approx(fit.params[1])
    assert got.se == pytest.approx(fit.bse[1] * np.sqrt(60 / 59))


def test_beside_votes_nothing_is_gained_beyond_all() -> None:
    """On five of six questions the judge turns a loss of its own model into a win: the interval ends at 1."""
    rows = [
        Comparison(Item(str(number), 1, "own", "other"), "first", "second" if number else "tie")
        for number in range(6)
    ]
    found = gain_beside_votes(rows, {"own"})
    assert found is not None and found.interval is not None
    assert found.value == pytest.approx(5.5 / 6)
    assert found.n == 6
    assert found.interval[0] > 0.6
    assert found.interval[1] == 1
    turned = gain_beside_votes(rows, {"other"})
    assert turned is not None and turned.interval is not None
    assert turned.interval[0] == -1
    assert gain_beside_votes(rows, {"own", "other"}) is None
