"""95 % intervals hold the truth 95 times of 100, at 80 questions whose two turns depend on each other."""

import numpy as np
import pytest

from asynceval.stats.arrays import Floats
from asynceval.stats.baseline import against_baseline
from asynceval.stats.bootstrap import bootstrap_mean, bootstrap_share
from asynceval.stats.estimate import Estimate
from asynceval.stats.games import Games
from asynceval.stats.mean import clustered_mean
from asynceval.stats.outcomes import record
from asynceval.stats.ratings import bootstrap_ratings, ratings
from asynceval.stats.spots import Spot
from tests.stats.two import paired

QUESTIONS = 80
NAMES = [str(question) for question in range(QUESTIONS) for _ in range(2)]


def holds(estimate: Estimate | None, truth: float) -> bool:
    assert estimate is not None and estimate.interval is not None
    low, high = estimate.interval
    return low <= truth <= high


def scores(dice: np.random.Generator, times: int) -> Floats:
    """Return times x 160 scores: a question's level is in both of its turns, and turn 2 is harder."""
    level = dice.normal(6.5, 2, (times, QUESTIONS, 1))
    return (level + dice.normal([0.4, -0.4], 1.2, (times, QUESTIONS, 2))).reshape(times, -1)


def rows(values: Floats) -> list[tuple[str, float]]:
    return list(zip(NAMES, values.tolist(), strict=True))


def turns(values: Floats) -> list[tuple[Spot, float]]:
    return [(Spot(q, n % 2), value) for n, (q, value) in enumerate(rows(values))]


def test_of_a_mean() -> None:
    """Clustered by question; as if all scores were independent it would be far less."""
    runs = scores(np.random.default_rng(1), 2000)
    held = [holds(clustered_mean(rows(run)), 6.5) for run in runs]
    assert 0.93 < np.mean(held) < 0.97
    alone = 1.96 * runs.std(axis=1, ddof=1) / np.sqrt(runs.shape[1])
    assert np.mean(np.abs(runs.mean(axis=1) - 6.5) < alone) < 0.9


def test_of_a_mean_of_few_questions() -> None:
    """Ten questions, as a category has, hold as much: Student's t makes up for it."""
    runs = scores(np.random.default_rng(2), 2000)[:, :20]
    held = [holds(clustered_mean(zip(NAMES, run, strict=False)), 6.5) for run in runs.tolist()]
    assert 0.93 < np.mean(held) < 0.97


def test_of_a_bootstrap_mean() -> None:
    """Percentiles over questions, for outcomes of 1, 0.5 and 0."""
    dice = np.random.default_rng(3)
    runs = np.digitize(scores(dice, 500), [5.5, 7.5]) / 2
    truth = float((np.digitize(scores(dice, 5000), [5.5, 7.5]) / 2).mean())
    held = [holds(bootstrap_mean(rows(run), rounds=500), truth) for run in runs]
    assert 0.93 < np.mean(held) < 0.97
    assert holds(record(rows(runs[0])).adjusted, runs[0].mean())


@pytest.mark.parametrize(
    ("questions", "rate"),
    [(5, 0.5), (5, 0.8), (10, 0.5), (10, 0.8), (10, 0.95), (20, 0.9), (40, 0.95), (80, 0.97)],
)
def test_of_a_win_rate(questions: int, rate: float) -> None:
    """Of few questions, and near the ends of the scale, where percentiles alone would hold 60 to 91 %."""
    dice = np.random.default_rng(9)
    level = dice.beta(4 * rate, 4 * (1 - rate), (600, questions, 1))
    # The two turns of a question depend on each other; a pair is won, tied or lost.
    runs = (dice.random((600, questions, 4)) < level).reshape(600, -1, 2).mean(axis=2)
    found = [bootstrap_share(zip(NAMES, run, strict=False), rounds=300) for run in runs.tolist()]
    assert np.mean([holds(its, rate) for its in found]) > 0.93
    for its in found:
        assert its is not None and its.interval is not None
        low, high = its.interval
        assert 0 <= low < high <= 1


def test_of_a_win_rate_whose_pairs_are_alike() -> None:
    """Five questions whose pairs all end the same way are five observations, and know little of their spread."""
    dice = np.random.default_rng(10)
    runs = np.repeat(dice.random((600, 5)) < 0.975, 2, axis=1) * 1.0
    rows_of = (zip(NAMES, run, strict=False) for run in runs.tolist())
    assert np.mean([holds(bootstrap_share(its, rounds=300), 0.975) for its in rows_of]) > 0.93


def test_of_a_paired_difference() -> None:
    """Two models that find the same questions hard."""
    dice = np.random.default_rng(4)
    one = scores(dice, 1000)
    other = one - 0.3 + dice.normal(0, 1, (1000, QUESTIONS)).repeat(2, axis=1)
    held = [
        holds(getattr(paired(turns(both[0]), turns(both[1]), rounds=9), "difference", None), 0.3)
        for both in zip(one, other, strict=True)
    ]
    assert 0.93 < np.mean(held) < 0.97


def meetings(seed: int) -> tuple[Games, Floats]:
    """Return games of four models in all pairs, both turns and orders, and the true win rates.

    A question favours some models, in both turns alike.
    """
    dice = np.random.default_rng(seed)
    question, first, second, _ = (
        grid.ravel() for grid in np.meshgrid(range(QUESTIONS), range(4), range(4), range(2))
    )
    apart = first != second
    question, first, second = question[apart], first[apart], second[apart]
    favour = dice.normal([0.6, 0.2, -0.2, -0.6], 0.8, (QUESTIONS, 4))
    p = 1 / (1 + np.exp(favour[question, second] - favour[question, first]))
    won = (dice.random(len(p)) < p) * 1.0
    return Games(tuple("abcd"), first, second, won, question, QUESTIONS, np.ones(len(p))), p


@pytest.fixture(scope="module")
def true_ratings() -> dict[str, float]:
    """Return what endlessly many questions would give: a fit of chances, not of outcomes."""
    many = [meetings(1000 + seed) for seed in range(200)]
    games = many[0][0]
    chances = np.mean([p for _, p in many], axis=0)
    found = ratings(
        Games(
            games.models,
            games.first,
            games.second,
            chances,
            games.question,
            QUESTIONS,
            games.weight,
        ),
        "d",
    )
    assert found is not None
    return {
        model: value.value
        for model, value in zip(found.models, found.values, strict=True)
        if value is not None
    }


def test_of_ratings(true_ratings: dict[str, float]) -> None:
    """The clustered sandwich, for each model against the anchor."""
    held = []
    for seed in range(500):
        found = ratings(meetings(seed)[0], "d")
        assert found is not None
        held += [holds(found.values[place], true_ratings["abc"[place]]) for place in range(3)]
    assert 0.93 < np.mean(held) < 0.97


def test_of_bootstrapped_ratings(true_ratings: dict[str, float]) -> None:
    """The bootstrap over questions holds as much."""
    held = []
    for seed in range(400):
        found = bootstrap_ratings(meetings(seed)[0], "d", rounds=250)
        assert found is not None
        held += [holds(found.values[place], true_ratings["abc"[place]]) for place in range(3)]
    assert 0.93 < np.mean(held) < 0.97


def test_of_a_rating_of_few_questions() -> None:
    """Ten of them, where the log odds bend: the few runs that won everything have none."""
    dice = np.random.default_rng(6)
    won = dice.random((800, 10, 2)) < dice.beta(4.2, 1.8, (800, 10, 1))
    found = [against_baseline(zip(NAMES, run * 1.0, strict=False)) for run in won.reshape(800, 20)]
    known = [holds(its, 400 * np.log10(0.7 / 0.3)) for its in found if its is not None]
    assert len(known) > 780
    assert np.mean(known) > 0.94


def test_of_a_rating_against_the_baseline() -> None:
    """The closed form."""
    dice = np.random.default_rng(5)
    level = dice.normal(0.8, 1, (1000, QUESTIONS)).repeat(2, axis=1)
    won = dice.random(level.shape) < 1 / (1 + np.exp(-level))
    many = 1 / (1 + np.exp(-dice.normal(0.8, 1, 1_000_000)))
    truth = 400 * np.log10(many.mean() / (1 - many.mean()))
    held = [holds(against_baseline(rows(run * 1.0)), truth) for run in won]
    assert 0.93 < np.mean(held) < 0.97
