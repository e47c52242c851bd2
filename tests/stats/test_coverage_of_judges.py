"""95 % intervals of what is told of judges hold the truth 95 times of 100, their questions depending on each other."""

from collections.abc import Callable

import numpy as np
import pytest

from asynceval.stats.agreement import Comparison, Item, Winner, agreement
from asynceval.stats.correlation import correlation, pearson, spearman
from asynceval.stats.estimate import Estimate
from asynceval.stats.length_adjusted import Preference, length_adjusted
from asynceval.stats.repeats import stability
from asynceval.stats.self_preference import self_preference
from asynceval.stats.verbosity import length_slope, longer_wins
from tests.stats.test_coverage import holds

Dice = np.random.Generator
QUESTIONS = 40
FEW_AND_MANY = [8, 40]


def held(times: int, truth: float, once: Callable[[Dice], Estimate | None]) -> float:
    """Return how often an interval holds the truth."""
    return float(
        np.mean([holds(once(np.random.default_rng(seed)), truth) for seed in range(times)])
    )


@pytest.mark.parametrize("questions", FEW_AND_MANY)
def test_of_the_length_slope(questions: int) -> None:
    """Each question has its own slope, 0.8 on average."""

    def once(dice: Dice) -> Estimate | None:
        rows = []
        for question, slope in enumerate(dice.normal(0.8, 1, questions)):
            logs = dice.normal(6, 0.5, 4)
            scores = dice.normal(5, 2) + slope * (logs - 6) + dice.normal(0, 0.5, 4)
            rows += [
                (str(question), s, round(np.exp(x))) for s, x in zip(scores, logs, strict=True)
            ]
        return length_slope(rows)

    assert 0.9 < held(400, 0.8, once) < 0.98


def test_of_the_share_for_the_longer_answer() -> None:
    """Some questions reward length, others do not, and each is judged six times."""

    def once(dice: Dice) -> Estimate | None:
        rows = []
        for question, p in enumerate(dice.beta(3, 2, QUESTIONS)):
            for won in dice.random(6) < p:
                longer_first = bool(dice.integers(2))
                sizes = (200, 100) if longer_first else (100, 200)
                rows.append((str(question), float(won == longer_first), *sizes))
        return longer_wins(rows)

    assert 0.92 < held(300, 0.6, once) < 0.98


def test_of_stability() -> None:
    """Of three repeats those that say what most say: 1, or 2 of 3."""

    def once(dice: Dice) -> Estimate | None:
        rows = [
            (str(question), tuple(dice.random(3) < p))
            for question, p in enumerate(dice.beta(1, 4, QUESTIONS))
            for _ in range(2)
        ]
        return stability(rows)

    # All say the same with the chance E[p^3 + (1 - p)^3] = 1 - 3 E[p (1 - p)], and E[p (1 - p)] = 4 / 30.
    same = 1 - 3 * 4 / 30
    # Three repeats spread less than three answers would, and the interval does not count on it.
    assert held(300, same + (1 - same) * 2 / 3, once) > 0.92


@pytest.mark.parametrize("questions", FEW_AND_MANY)
def test_of_agreement(questions: int) -> None:
    """Some questions are clear and others not, and they have one to six votes each."""

    def once(dice: Dice) -> Estimate | None:
        rows = []
        for question, p in enumerate(dice.beta(4, 2, questions)):
            for agrees in dice.random(dice.integers(1, 7)) < p:
                other: Winner = "first" if agrees else "second"
                rows.append(Comparison(Item(str(question), 1, "a", "b"), "first", other))
        return agreement(rows, "S1", rounds=500).ratio

    assert 0.92 < held(400, 4 / 6, once) < 0.995


@pytest.mark.parametrize("questions", FEW_AND_MANY)
def test_of_self_preference(questions: int) -> None:
    """A gift of 0.3 points, larger on some questions than on others, in both turns alike."""

    def once(dice: Dice) -> Estimate | None:
        rows = []
        for question, gift in enumerate(dice.normal(0.3, 1, questions)):
            for is_own in (True, False, False) * 2:
                rest = dice.normal(6, 2)
                gap = gift * is_own + dice.normal(0.5, 0.7)
                rows.append((str(question), is_own, rest + gap, rest))
        return self_preference(rows)

    assert 0.92 < held(500, 0.3, once) < 0.98


def test_of_the_length_adjusted_win_rate() -> None:
    """Longer answers win more, and the model's are longer: the truth is what equal lengths would give."""

    def drawn(dice: Dice, questions: int) -> list[Preference]:
        gaps = dice.normal(-60, 100, questions)
        level = 0.4 - 1.2 * np.tanh(gaps / 100) + dice.normal(0, 0.8, questions)
        wins = dice.random((2, questions)) < 1 / (1 + np.exp(-level))
        return [
            Preference(str(question), "writing", float(won[question]), 1000, 1000 + round(gap))
            for question, gap in enumerate(gaps)
            for won in wins
        ]

    truth = length_adjusted(drawn(np.random.default_rng(0), 40_000), rounds=2)
    assert isinstance(truth, Estimate)

    def once(dice: Dice) -> Estimate | None:
        found = length_adjusted(drawn(dice, 100), rounds=200)
        return found if isinstance(found, Estimate) else None

    assert 0.91 < held(200, truth.value, once) < 0.99


@pytest.mark.parametrize("measure", [pearson, spearman])
def test_of_a_correlation(measure: Callable[..., float | None]) -> None:
    """Of twenty models that both leaderboards have."""
    rho = 0.7
    truth = rho if measure is pearson else 6 / np.pi * np.arcsin(rho / 2)

    def once(dice: Dice) -> Estimate | None:
        one, noise = dice.normal(size=(2, 20))
        other = rho * one + np.sqrt(1 - rho**2) * noise
        return correlation(measure, one.tolist(), other.tolist(), rounds=300)

    assert held(200, float(truth), once) > 0.88
