"""Sign flips: how likely a difference is if both models are alike on every question."""

import numpy as np

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
    if questions <= EXACT:
        patterns = np.arange(1 << questions)[:, None] >> np.arange(questions) & 1
        hits = np.abs((2.0 * patterns - 1) @ differences) >= least
        return np.asarray(hits.mean(axis=0), dtype=np.float64)
    dice = np.random.default_rng(seed)
    found = np.zeros(differences.shape[1])
    for start in range(0, rounds, _CHUNK):
        size = (min(_CHUNK, rounds - start), questions)
        signs = 2.0 * dice.integers(0, 2, size=size, dtype=np.int8) - 1
        drawn = signs @ differences
        np.abs(drawn, out=drawn)
        found += np.count_nonzero(drawn >= least, axis=0)
    return (found + 1) / (rounds + 1)
