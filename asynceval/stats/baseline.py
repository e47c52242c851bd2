"""Ratings against one baseline, which need no fit: the closed form of Bradley-Terry."""

from collections.abc import Iterable
from math import log

from asynceval.stats.bradley_terry import ELO
from asynceval.stats.estimate import Estimate, by_question
from asynceval.stats.mean import clustered_mean

_METHOD = "log odds of the mean outcome, clustered by question (CR1), t"


def against_baseline(outcomes: Iterable[tuple[str, float]]) -> Estimate | None:
    """Return by how many Elo points a model is above the baseline, from (question, outcome) pairs.

    With one baseline only, t_m - t_base = logit(mean outcome) (Arena-Hard, arXiv:2406.11939), which is
    the Bradley-Terry fit; its standard error is that of the mean over p (1 - p). None where the model
    won or lost everything, since no finite rating is the most likely.
    """
    rows = tuple(outcomes)
    mean = clustered_mean(rows)
    if mean is None or not 0 < mean.value < 1:
        return None
    p = mean.value
    se = None if mean.se is None else ELO * mean.se / (p * (1 - p))
    questions = len({question for question, _ in rows})
    return by_question(ELO * log(p / (1 - p)), mean.n, se, questions, _METHOD)
