"""The JSON report: the contract in docs/design.md, section 9.

It holds nothing that differs between an unbroken run and one that was killed and resumed.
"""

from dataclasses import asdict
from typing import Any

from asynceval import __version__
from asynceval.conversation import Plan
from asynceval.report.summary import Standing, Summary
from asynceval.stats.mean import Mean


def document(plan: Plan, summary: Summary) -> dict[str, Any]:
    """Return the report as plain values. Undefined is None, never 0."""
    sweep = plan.sweep
    usd = [spending.usd for spending in summary.spending]
    return {
        "run": {
            "name": sweep.name,
            "asynceval": __version__,
            "questions": len(plan.questions),
            "choices": sweep.choices,
            "verdict_rule": sweep.rule,
            "models": [target.name for target in sweep.targets],
            "judges": [judge.name for judge in sweep.judges],
        },
        "coverage": asdict(summary.coverage),
        "single": [_single(standing) for standing in summary.standings],
        "pairwise": [],
        "position_bias": [],
        "failures": [asdict(failures) for failures in summary.failures],
        "cost": {
            "usd": None if None in usd else sum(amount for amount in usd if amount is not None),
            "models": [asdict(spending) for spending in summary.spending],
        },
        "warnings": list(summary.warnings),
    }


def _single(standing: Standing) -> dict[str, Any]:
    average = standing.average
    return {
        "judge": standing.judge,
        "model": standing.model,
        "average": average and average.value,
        "se": average and average.se,
        "ci": average and average.interval,
        "n": average.n if average else 0,
        "expected": standing.expected,
        "turns": {str(turn): _part(mean) for turn, mean in standing.turns.items()},
        "categories": {category: _part(mean) for category, mean in standing.categories.items()},
    }


def _part(mean: Mean | None) -> dict[str, Any]:
    if mean is None:
        return {"mean": None, "se": None, "ci": None, "n": 0}
    return {"mean": mean.value, "se": mean.se, "ci": mean.interval, "n": mean.n}
