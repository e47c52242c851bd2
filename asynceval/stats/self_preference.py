"""Self-preference: does a judge favour models of its own family."""

from collections.abc import Container, Iterable, Mapping
from math import sqrt

import numpy as np

from asynceval.stats.agreement import Comparison, Winner
from asynceval.stats.arrays import numbered
from asynceval.stats.estimate import Estimate, by_question
from asynceval.stats.mean import clustered_mean
from asynceval.stats.regression import regression

_METHOD = "difference in differences, clustered by question (CR1), t"


_SHARES: Mapping[Winner, float] = {"first": 1.0, "tie": 0.5, "second": 0.0}


def gain_beside_votes(comparisons: Iterable[Comparison], own: Container[str]) -> Estimate | None:
    """Return by how much more often a judge lets its `own` models win against others than the votes do.

    Comparisons hold the judge's verdict and one vote on the same pair of answers; a tie is half a win. What
    one side gains the other loses, so this is the difference in differences already (MT-Bench,
    arXiv:2306.05685, section on self-enhancement). None without a pair of an own model and another one.
    """
    rows = []
    for item, verdict, vote in comparisons:
        if (item.first in own) != (item.second in own):
            gap = _SHARES[verdict] - _SHARES[vote]
            rows.append((item.question, gap if item.first in own else -gap))
    found = clustered_mean(rows)
    return found and found.within(-1, 1)


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
