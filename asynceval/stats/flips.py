"""Sign flips: how likely a difference is if both models are alike on every question."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asynceval.stats.arrays import Floats

EXACT = 16
ROUNDS = 99_999
_CHUNK = 2_000  # more would not stay in a processor's cache


def sign_flips(differences: Floats, *, rounds: int = ROUNDS, seed: int = 0) -> Floats:
    """Return the two-sided p-value of each column of an array of questions x comparisons.

    A column holds the differences of two models by question, 0 where they were not compared. If the
    models are alike, each difference could as well have the other sign (permutation test; Miller 2024,
    arXiv:2411.00640). The p-value is the share of sign patterns whose sum is at least as far from 0.
    Up to 16 questions all patterns are counted; beyond, `rounds` are drawn, the same for all columns,
    and p = (hits + 1) / (rounds + 1), which is never 0.
    """
    questions = len(differences)
    seen = np.abs(differences.sum(axis=0))
    # Sums that are equal on paper may differ in their last digit.
    least = seen - 1e-9 * np.abs(differences).sum(axis=0)
    found = np.zeros(differences.shape[1])
    is_exact = questions <= EXACT
    for signs in _patterns(questions) if is_exact else _drawn(questions, rounds, seed):
        sums = signs @ differences
        np.abs(sums, out=sums)
        found += np.count_nonzero(sums >= least, axis=0)
    # A pattern and its opposite are equally far from 0: one of the two was counted.
    return 2 * found / (1 << questions) if is_exact else (found + 1) / (rounds + 1)


def _patterns(questions: int) -> Iterator[Floats]:
    """Yield all signs of the questions, in parts, the last question always with a minus."""
    for start in range(0, 1 << (questions - 1), _CHUNK):
        numbers = np.arange(start, min(start + _CHUNK, 1 << (questions - 1)))
        yield _signs(numbers[:, None] >> np.arange(questions) & 1)


def _drawn(questions: int, rounds: int, seed: int) -> Iterator[Floats]:
    """Yield signs by chance, in parts."""
    dice = np.random.default_rng(seed)
    for start in range(0, rounds, _CHUNK):
        size = (min(_CHUNK, rounds - start), questions)
        yield _signs(dice.integers(0, 2, size=size, dtype=np.int8))


def _signs(bits: NDArray[Any]) -> Floats:
    return np.asarray(2.0 * bits - 1, dtype=np.float64)
