"""A leaderboard of somebody else's, and how far a run's agrees with it."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from asynceval.domain.errors import ConfigError, Problem
from asynceval.report.contrast import Ground
from asynceval.report.grounds import estimate
from asynceval.stats.bootstrap import bootstrap_mean, bootstrap_share
from asynceval.stats.correlation import correlation, kendall, spearman
from asynceval.stats.estimate import Estimate
from asynceval.stats.separability import (
    Forecast,
    Standing,
    brier,
    confidence_agreement,
    order_agreement,
    separability,
)
from asynceval.stats.student import z_quantile


@dataclass(frozen=True, slots=True)
class Likeness:
    """How far one judge's leaderboard agrees with the reference, over the models that both have.

    `left_out` are those that only one has. Correlations need five models at least; `separability` is the
    share of these models' pairs whose intervals in the run do not meet, at 95 % and at 80 %; `confidence`
    needs intervals in the reference. None where undefined.
    """

    judge: str
    models: tuple[str, ...]
    left_out: tuple[str, ...]
    spearman: Estimate | None
    kendall: Estimate | None
    order: float | None
    separability: float | None
    separability_80: float | None
    confidence: float | None
    forecast: Forecast | None

    def document(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "judge": self.judge,
            "n": len(self.models),
            "models": list(self.models),
            "left_out": list(self.left_out),
            "spearman": estimate(self.spearman),
            "kendall": estimate(self.kendall),
            "order_agreement": self.order,
            "separability": self.separability,
            "separability_80": self.separability_80,
            "confidence_agreement": self.confidence,
            "brier": self.forecast and self.forecast.brier,
            "log_loss": _finite(self.forecast and self.forecast.log_loss),
        }


def read_leaderboard(path: Path) -> dict[str, Standing | float]:
    """Return the scores of a CSV file by model, with their intervals where it has low and high.

    The first line names the columns: model, score, and perhaps low and high; others are ignored.
    ConfigError tells every line that cannot be used.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise ConfigError(Problem(f"cannot be read: {error.strerror}", str(path))) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(Problem(f"is no CSV file in UTF-8: {error}", str(path))) from error
    missing = [name for name in ("model", "score") if not rows or name not in rows[0]]
    if missing:
        told = f"needs a first line with the columns model and score; lacks {' and '.join(missing)}"
        raise ConfigError(Problem(told, str(path)))
    found: dict[str, Standing | float] = {}
    problems = []
    for line, row in enumerate(rows, 2):
        model = (row["model"] or "").strip()
        numbers = [_number(row.get(name)) for name in ("score", "low", "high")]
        score, low, high = numbers
        if not model or score is None:
            problems.append(Problem("needs a model and a score that is a number", str(path), line))
        elif model in found:
            problems.append(Problem(f"{model} stands twice", str(path), line))
        elif not _is_interval(row, low, high):
            told = "low and high must be two numbers, low the lower one, or both be empty"
            problems.append(Problem(told, str(path), line))
        else:
            found[model] = score if low is None or high is None else Standing(score, (low, high))
    if problems:
        raise ConfigError(*problems)
    return found


def _is_interval(row: Mapping[str, str | None], low: float | None, high: float | None) -> bool:
    """Whether a row has an interval, or none at all."""
    if low is None or high is None:
        return not any((row.get(name) or "").strip() for name in ("low", "high"))
    return low <= high


def likenesses(
    grounds: Iterable[Ground], reference: Mapping[str, Standing | float]
) -> tuple[Likeness, ...]:
    """Return the likeness of each judge's leaderboard to the reference."""
    return tuple(_likeness(ground, reference) for ground in grounds)


def _likeness(ground: Ground, reference: Mapping[str, Standing | float]) -> Likeness:
    models = tuple(model for model in ground.models if model in reference)
    left = tuple(dict.fromkeys([*ground.models, *reference]).keys() - set(models))
    mean_of = bootstrap_share if ground.judge.is_pairwise else bootstrap_mean
    means = {model: mean_of(ground.scores(model)) for model in models}
    ours = {model: mean for model, mean in means.items() if mean is not None}
    scores = [mean.value for mean in ours.values()]
    others = [_score(reference[model]) for model in ours]
    intervals = {model: mean.interval for model, mean in ours.items() if mean.interval}
    both = [
        (Standing(ours[model].value, interval), its)
        for model, interval in intervals.items()
        if isinstance(its := reference[model], Standing)
    ]
    has_all = len(intervals) == len(ours)
    return Likeness(
        ground.judge.name,
        models,
        tuple(sorted(left)),
        correlation(spearman, scores, others),
        correlation(kendall, scores, others),
        order_agreement(scores, others),
        separability(list(intervals.values())) if has_all else None,
        separability([_eighty(mean) for mean in ours.values()]) if has_all else None,
        confidence_agreement([a for a, _ in both], [b for _, b in both])
        if has_all and len(both) == len(ours)
        else None,
        brier(scores, [(mean.se or 0.0) ** 2 for mean in ours.values()], others)
        if has_all
        else None,
    )


def _eighty(mean: Estimate) -> tuple[float, float]:
    """Return the 80 % interval of a mean by its standard error."""
    reach = z_quantile(0.9) * (mean.se or 0.0)
    return mean.value - reach, mean.value + reach


def _score(its: Standing | float) -> float:
    return its.score if isinstance(its, Standing) else its


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if isfinite(value) else None


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None
