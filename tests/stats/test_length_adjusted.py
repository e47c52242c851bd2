"""The length-adjusted win rate, against statsmodels and simulated judges."""

from math import tanh

import numpy as np
import pytest
import statsmodels.api as sm

from asynceval.stats.estimate import Estimate
from asynceval.stats.length_adjusted import Preference, Unfit, _fit, length_adjusted


def preferences(seed: int, theta: float, phi: float, n: int = 400) -> list[Preference]:
    """Return what a judge prefers to whom length matters by phi; the model's answers are longer."""
    dice = np.random.default_rng(seed)
    own = dice.normal(1400, 300, n).astype(int)
    base = dice.normal(1000, 300, n).astype(int)
    gaps = base - own
    level = theta + phi * np.tanh(gaps / gaps.std(ddof=1))
    won = dice.random(n) < 1 / (1 + np.exp(-level))
    drawn = dice.random(n) < 0.1
    return [
        Preference(
            str(k), "ab"[k % 2], 0.5 if drawn[k] else float(won[k]), int(own[k]), int(base[k])
        )
        for k in range(n)
    ]


def estimated(rows: list[Preference], *, by_category: bool = True, rounds: int = 300) -> Estimate:
    found = length_adjusted(rows, by_category=by_category, rounds=rounds)
    assert isinstance(found, Estimate)
    return found


@pytest.mark.parametrize("by_category", [False, True])
def test_against_statsmodels(by_category: bool) -> None:
    """It is the binomial GLM with fractional outcomes, predicted at equal lengths."""
    rows = preferences(1, 0.3, -1.2)
    gaps = np.array([each.baseline_characters - each.characters for each in rows])
    length = np.tanh(gaps / gaps.std(ddof=1))
    kinds = [np.array([each.category == kind for each in rows]) for kind in "ab"]
    levels = np.column_stack(kinds) if by_category else np.ones((len(rows), 1))
    y = np.array([each.value for each in rows])
    fit = sm.GLM(y, np.column_stack([levels, length]), family=sm.families.Binomial()).fit()
    expected = fit.predict(np.column_stack([levels, 0 * length])).mean()
    assert estimated(rows, by_category=by_category).value == pytest.approx(expected, abs=1e-6)


def test_an_advantage_of_length_is_taken_off() -> None:
    """Models that a judge prefers for their length only come out even, and not in the raw rate."""
    runs = [preferences(seed, 0.0, -1.5) for seed in range(40)]
    got = [estimated(rows, rounds=2).value for rows in runs]
    raw = np.mean([[each.value for each in rows] for rows in runs])
    assert raw > 0.6
    assert np.mean(got) == pytest.approx(0.5, abs=3 * np.std(got) / np.sqrt(40))
    assert estimated(runs[0]).n == 400


def test_the_error_is_that_of_other_judges_of_the_kind() -> None:
    """Its bootstrap error is the spread over simulated repetitions."""
    values = [estimated(preferences(seed, 0.2, -1), rounds=2).value for seed in range(60)]
    got = estimated(preferences(99, 0.2, -1))
    assert got.se == pytest.approx(np.std(values, ddof=1), rel=0.3)


def test_a_category_that_is_always_won_is_no_obstacle() -> None:
    """It counts as always won."""
    rows = [
        Preference(
            r.question,
            r.category,
            1.0 if r.category == "a" else r.value,
            r.characters,
            r.baseline_characters,
        )
        for r in preferences(3, 0, -0.5)
    ]
    got = estimated(rows)
    assert got.value > 0.7
    assert got.interval is not None
    assert got.interval[1] < 1


def test_a_step_too_far_is_taken_back() -> None:
    """Two wins among 65 losses that are all of one length: Newton's whole steps lead away for good."""
    x = np.array([(1, 0.87)] * 65 + [(1, 0.81), (1, -0.99)])
    y = np.array([0.0] * 65 + [1, 1])
    (found,) = _fit(x, y, np.ones((1, 67)))
    rest = y - 1 / (1 + np.exp(-x @ found))
    assert rest @ x == pytest.approx([0, 0], abs=1e-3)


def test_questions_are_drawn_by_category() -> None:
    """So where categories tell all, and each keeps its number, nothing is left to chance."""
    rows = [Preference(str(k), "ab"[k % 2], k % 2, 90 + k // 2 % 7, 93) for k in range(140)]
    got = estimated(rows)
    assert got.value == pytest.approx(0.5, abs=1e-4)
    assert got.se == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "0 questions"),
        (preferences(1, 0, -1, n=99), "99 questions, and 100 are needed"),
        ([Preference(str(k), "a", 0.5, k, 7) for k in range(100)], "preferences are equal"),
        ([Preference(str(k), "a", k % 2, 9, 7) for k in range(100)], "differ by the same"),
        ([Preference(str(k), "a", k > 50, k, 50) for k in range(100)], "lengths alone"),
        (
            [Preference(str(k), "a", 0.5 + 0.1 * tanh(k / 29 - 2), k, 58) for k in range(100)],
            "lengths alone",
        ),
    ],
)
def test_it_says_why_it_cannot_be(rows: list[Preference], reason: str) -> None:
    """No number is better than one that means nothing."""
    got = length_adjusted(rows, rounds=20)
    assert isinstance(got, Unfit)
    assert reason in got.reason
