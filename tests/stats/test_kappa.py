"""Kappas, against scikit-learn and statsmodels."""

from random import Random

import pytest
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa

from asynceval.stats.kappa import cohen, fleiss, weighted


@pytest.mark.parametrize("seed", range(5))
def test_cohen_against_scikit_learn(seed: int) -> None:
    """Plain for verdicts; linear and quadratic for scores."""
    dice = Random(seed)
    one = [dice.randint(1, 6) for _ in range(60)]
    other = [value if dice.random() < 0.5 else dice.randint(1, 6) for value in one]
    pairs = list(zip(one, other, strict=True))
    assert cohen(pairs) == pytest.approx(cohen_kappa_score(one, other))
    assert weighted(pairs, "linear") == pytest.approx(
        cohen_kappa_score(one, other, weights="linear", labels=range(1, 7))
    )
    assert weighted(pairs, "quadratic") == pytest.approx(
        cohen_kappa_score(one, other, weights="quadratic", labels=range(1, 7))
    )


def test_cohen_by_hand() -> None:
    """2 of 4 agree, 1/2 is expected: 0. Perfect agreement on two values: 1. The opposite: -1."""
    assert cohen([("A", "A"), ("B", "B"), ("A", "B"), ("B", "A")]) == 0
    assert cohen([("A", "A"), ("B", "B")]) == 1
    assert cohen([("A", "B"), ("B", "A")]) == -1


def test_scores_that_are_not_whole_keep_their_distance() -> None:
    """7 and 7.5 are nearer than 7 and 9, whichever values lie between."""
    near = weighted([(7, 7.5), (9, 9), (3, 3)], "linear")
    far = weighted([(7, 9), (9, 9), (3, 3)], "linear")
    assert near is not None and far is not None
    assert near > far


@pytest.mark.parametrize("seed", range(5))
def test_fleiss_against_statsmodels(seed: int) -> None:
    """For four ratings of each of 30 items."""
    dice = Random(seed)
    items = [[dice.choice("AABBT"[: dice.randint(2, 5)]) for _ in range(4)] for _ in range(30)]
    table, _ = aggregate_raters(items)
    assert fleiss(items) == pytest.approx(fleiss_kappa(table))


def test_where_chance_explains_all_it_is_undefined() -> None:
    """One value only, or nothing: not 0, and not 1."""
    assert cohen([("A", "A"), ("A", "A")]) is None
    assert cohen([]) is None
    assert weighted([(5, 5)], "linear") is None
    assert fleiss([]) is None
    assert fleiss(["AA", "AA"]) is None
    assert fleiss(["A", "B"]) is None


def test_fleiss_takes_equally_many_ratings_only() -> None:
    """The error says what does for others."""
    with pytest.raises(ValueError, match="Krippendorff"):
        fleiss(["AA", "ABA"])
