"""The JSON report: the contract in docs/design.md, section 9.

It holds nothing that differs between an unbroken run and one that was killed and resumed. Attempts
that failed are no part of it: those that were in flight when a run was killed left no trace.
"""

from collections import Counter as Counts
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from asynceval import __version__
from asynceval.protocol.conversation import Plan
from asynceval.report.grounds import estimate
from asynceval.report.pairwise import PairStanding
from asynceval.report.panel import panel
from asynceval.report.ranks import Rank
from asynceval.report.standings import Missing, Part, Standing
from asynceval.report.summary import Summary


def document(plan: Plan, summary: Summary) -> dict[str, Any]:
    """Return the report as plain values. Undefined is None, never 0."""
    sweep = plan.sweep
    own = {
        (judge.name, target.name)
        for judge in sweep.judges
        for target in sweep.targets
        if sweep.is_own(judge, target.name)
    }
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
            "answered_by": [asdict(alias) for alias in summary.aliases],
        },
        "coverage": asdict(summary.coverage),
        "answers": [asdict(answers) for answers in summary.answers],
        "single": [
            {**_single(its), "own_family": (its.judge, its.model) in own}
            for its in summary.standings
        ],
        "pairwise": [
            {**_pairwise(its), "own_family": (its.judge, its.model) in own}
            for its in summary.pairwise
        ],
        "position_bias": [
            {
                "judge": its.judge,
                "n": its.bias.n,
                **asdict(its.bias),
                "consistency": its.bias.consistency,
                "preference": its.bias.preference,
                "p": its.bias.p,
            }
            for its in summary.place_biases
        ],
        "win_matrix": [asdict(its) for its in summary.arenas],
        **panel(plan, summary.columns),
        "reasks": [asdict(reasks) for reasks in summary.reasks],
        "weights": [asdict(its) for its in summary.weights],
        "speed": [asdict(its) for its in summary.speeds],
        "juries": [
            {**asdict(its.jury), "n": its.n, "decided": its.decided, "missing": dict(its.missing)}
            for its in summary.juries
        ],
        "failures": [asdict(failures) for failures in summary.failures],
        "cost": {
            "usd": None
            if None in usd or not usd
            else sum(amount for amount in usd if amount is not None),
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
        "n": standing.n,
        "average_unflagged": standing.unflagged and standing.unflagged.value,
        "n_unflagged": standing.n - standing.flagged,
        "expected": standing.expected,
        "missing": _missing(standing.missing),
        **_rank(standing.rank),
        "comparable": standing.whole.is_comparable,
        "turns": {str(turn): _part(part) for turn, part in standing.turns.items()},
        "categories": {category: _part(part) for category, part in standing.categories.items()},
    }


def _pairwise(standing: PairStanding) -> dict[str, Any]:
    record, rating = standing.record, standing.rating
    adjusted = record.adjusted
    return {
        "judge": standing.judge,
        "model": standing.model,
        "win": record.win,
        "loss": record.loss,
        "tie": record.tie,
        "n": record.n,
        "expected": standing.expected,
        "missing": _missing(standing.missing),
        **_rank(standing.rank),
        "win_rate": record.win_rate,
        "loss_rate": record.loss_rate,
        "win_rate_no_ties": record.win_rate_no_ties,
        "win_rate_adjusted": adjusted and adjusted.value,
        "ci": adjusted and adjusted.interval,
        "win_rate_unflagged": standing.unflagged and standing.unflagged.value,
        "n_unflagged": standing.unflagged.n if standing.unflagged else 0,
        "p": record.p,
        "rating": rating and rating.value,
        "rating_ci": rating and rating.interval,
        "categories": {name: estimate(its) for name, its in standing.categories.items()},
    }


def _missing(rows: Iterable[Missing]) -> dict[str, int]:
    counts = Counts[str]()
    for lost in rows:
        counts[lost.ending] += lost.n
    return dict(counts)


def _rank(rank: Rank | None) -> dict[str, Any]:
    return {"rank": rank and (rank.best, rank.worst), "groups": rank.groups if rank else ()}


def _part(part: Part) -> dict[str, Any]:
    mean = part.mean
    return {
        "mean": mean and mean.value,
        "se": mean and mean.se,
        "ci": mean and mean.interval,
        "n": mean.n if mean else 0,
        "comparable": part.is_comparable,
    }
