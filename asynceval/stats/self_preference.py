"""Self-preference: does a judge favour models of its own family."""

from collections.abc import Iterable
from math import sqrt

import numpy as np

from asynceval.stats.arrays import numbered
from asynceval.stats.estimate import Estimate, by_question
from asynceval.stats.regression import regression

_METHOD = "difference in differences, clustered by question (CR1), t"


def self_preference(rows: Iterable[tuple[str, bool, float, float]]) -> Estimate | None:
    """Return how much more the judge gives its own family than it gives others, beyond the reference.

    Rows are (question, whether the model is of the judge's family, the judge's outcome or score, the
    reference's on the same item: that of people, or the mean of other judges). The value is the mean of
    judge - reference over its own less that over the others (MT-Bench, arXiv:2306.05685, section on
    self-enhancement). None unless both are there, on two questions or more. It is an observation: taste is not always a bias.
    """
    known = tuple(rows)
    if not known:
        return None
    questions, _ = numbered(row[0] for row in known)
    own = np.array([row[1] for row in known], dtype=np.float64)
    gaps = np.array([row[2] - row[3] for row in known])
    found = regression(gaps, np.stack([own, np.ones_like(own)], axis=1), questions)
    if found is None:
        return None
    se = sqrt(float(found.covariance[0, 0]))
    return by_question(float(found.coefficients[0]), len(gaps), se, found.clusters, _METHOD)
