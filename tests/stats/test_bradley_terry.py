"""Bradley-Terry strengths and their clustered errors, against evalica, choix and statsmodels."""

from math import log

import choix
import evalica
import numpy as np
import pytest
import statsmodels.api as sm

from asynceval.stats.arrays import Floats
from asynceval.stats.bradley_terry import chance, sandwich, strengths
from asynceval.stats.games import Games


def drawn(seed: int, models: int = 5, questions: int = 40, each: int = 12) -> Games:
    """Return games whose questions favour now one model and now another."""
    dice = np.random.default_rng(seed)
    n = questions * each
    question = np.repeat(np.arange(questions), each)
    first = dice.integers(0, models, n)
    second = (first + dice.integers(1, models, n)) % models
    t = dice.normal(0, 1, models) + dice.normal(0, 1, (questions, models))
    p = 1 / (1 + np.exp(t[question, second] - t[question, first]))
    outcome = np.where(dice.random(n) < 0.2, 0.5, (dice.random(n) < p) * 1.0)
    names = tuple(f"m{number}" for number in range(models))
    return Games(names, first, second, outcome, question, questions, np.ones(n))


@pytest.mark.parametrize("seed", range(5))
def test_against_choix(seed: int) -> None:
    """The strengths are choix's, from the same table of wins."""
    wins = drawn(seed, models=8).wins()
    expected = choix.ilsr_pairwise_dense(wins, tol=1e-12)
    assert strengths(wins) == pytest.approx(expected - expected.mean(), abs=1e-7)


@pytest.mark.parametrize("seed", range(5))
def test_against_evalica(seed: int) -> None:
    """The odds are evalica's, from the games themselves, ties as half a win."""
    games = drawn(seed)
    winners = {1.0: evalica.Winner.X, 0.0: evalica.Winner.Y, 0.5: evalica.Winner.Draw}
    found = evalica.bradley_terry(
        [games.models[each] for each in games.first],
        [games.models[each] for each in games.second],
        [winners[each] for each in games.outcome.tolist()],
        tie_weight=0.5,
        tolerance=1e-12,
        limit=10_000,
    )
    expected = np.log(found.scores.loc[list(games.models)].to_numpy())
    assert strengths(games.wins()) == pytest.approx(expected - expected.mean(), abs=1e-6)


def test_two_models_by_hand() -> None:
    """3 wins to 1 are odds of 3."""
    t = strengths(np.array([[0, 3.0], [1, 0]]))
    assert t == pytest.approx([log(3) / 2, -log(3) / 2])


def test_only_ties_are_equal_strengths() -> None:
    """Half a win for both."""
    assert strengths(np.array([[0, 2.5], [2.5, 0]])) == pytest.approx([0, 0])


def test_uneven_strengths_are_found() -> None:
    """A model that wins 99,999 of 100,000 games does not make a step overshoot for good."""
    wins = np.array([[0, 99_999.0, 1], [1, 0, 99_999], [1, 1, 0]])
    t = strengths(wins)
    met = wins + wins.T
    p = 1 / (1 + np.exp(t[None, :] - t[:, None]))
    assert (met * p).sum(axis=1) == pytest.approx(wins.sum(axis=1), rel=1e-9)


def test_a_start_far_off_is_no_obstacle() -> None:
    """Where Newton's whole step would lead ever further away."""
    wins = np.array([[0, 5.0], [5, 0]])
    assert strengths(wins, start=np.array([4.0, -4])) == pytest.approx([0, 0], abs=1e-9)


def test_many_tables_are_fitted_as_each_alone() -> None:
    """Each with its own ridge, whichever of them takes the most steps."""
    tables = np.stack([drawn(seed).wins() for seed in range(4)])
    ridges = np.array([0, 0.5, 0, 3])
    found = strengths(tables, ridge=ridges)
    for got, table, ridge in zip(found, tables, ridges.tolist(), strict=True):
        assert got == pytest.approx(strengths(table, ridge=ridge), abs=1e-9)


def test_the_ridge_is_a_penalty_on_the_squares() -> None:
    """With it a model that never wins has a finite strength, where the gradient is 0."""
    wins = np.array([[0, 4.0], [0, 0]])
    t = strengths(wins, ridge=0.5)
    assert t[0] == pytest.approx(-t[1])
    assert 4 / (1 + np.exp(t[0] - t[1])) == pytest.approx(0.5 * t[0])


def regressed(games: Games) -> tuple[Floats, Floats]:
    """Return statsmodels' logistic strengths less the first's, and their clustered covariance."""
    design = np.zeros((len(games), len(games.models)))
    design[np.arange(len(games)), games.first] = 1
    design[np.arange(len(games)), games.second] = -1
    fit = sm.GLM(games.outcome, design[:, 1:], family=sm.families.Binomial()).fit(
        tol=1e-12,
        cov_type="cluster",
        cov_kwds={"groups": games.question, "use_correction": False},
    )
    return fit.params, fit.cov_params()


@pytest.mark.filterwarnings("ignore::statsmodels.tools.sm_exceptions.DomainWarning")
@pytest.mark.parametrize("seed", range(3))
def test_the_sandwich_against_statsmodels(seed: int) -> None:
    """Strengths and covariance of the differences are those of a regression clustered by question."""
    games = drawn(seed)
    t = strengths(games.wins())
    expected, covariance = regressed(games)
    assert t[1:] - t[0] == pytest.approx(expected, abs=1e-7)
    found = sandwich(games, games.wins(), t)
    differences = np.hstack([-np.ones((4, 1)), np.eye(4)])
    groups = games.questions
    assert differences @ found @ differences.T == pytest.approx(
        covariance * groups / (groups - 1), rel=1e-5
    )


def test_dependent_games_make_the_errors_larger() -> None:
    """With questions that favour a model, clustering by question matters; by game it is too sure."""
    games = drawn(1)
    t = strengths(games.wins())
    alone = Games(
        games.models,
        games.first,
        games.second,
        games.outcome,
        np.arange(len(games)),
        len(games),
        games.weight,
    )
    ratio = np.sqrt(
        np.diag(sandwich(games, games.wins(), t)) / np.diag(sandwich(alone, games.wins(), t))
    )
    assert (ratio > 1.2).all()


def test_condensed_games_fit_the_same() -> None:
    """Rows that were put together give the same strengths and the same errors."""
    games = drawn(2)
    short = games.condensed()
    t = strengths(short.wins())
    assert len(short) < len(games)
    assert t == pytest.approx(strengths(games.wins()))
    assert sandwich(short, short.wins(), t) == pytest.approx(sandwich(games, games.wins(), t))


def test_400_points_are_odds_of_ten() -> None:
    """The Elo scale."""
    assert chance(0) == 0.5
    assert chance(400) == pytest.approx(10 / 11)
    assert chance(-400) == pytest.approx(1 / 11)
