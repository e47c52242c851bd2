"""The panel of judges as plain values: how far each can be relied on, and how far they agree."""

from dataclasses import asdict
from typing import Any

from asynceval.protocol.conversation import Plan
from asynceval.report.columns import Columns
from asynceval.report.concord import Chorus, Concord, concords
from asynceval.report.evened import Evened, evened
from asynceval.report.favour import Favour, favours
from asynceval.report.grounds import estimate
from asynceval.report.quality import Quality, qualities
from asynceval.stats.length_adjusted import Unfit


def panel(plan: Plan, columns: Columns) -> dict[str, Any]:
    """Return what verdicts tell of the judges; undefined is None."""
    twos, all_ = concords(plan, columns)
    return {
        "length_adjusted": [_evened(its) for its in evened(plan, columns)],
        "judge_quality": [_quality(its) for its in qualities(plan, columns)],
        "judge_families": [_favour(its) for its in favours(plan, columns)],
        "judge_agreement": [_concord(its) for its in twos],
        "judge_panels": [_chorus(its) for its in all_],
    }


def _evened(its: Evened) -> dict[str, Any]:
    return {
        "judge": its.judge,
        "model": its.model,
        "baseline": its.baseline,
        "win_rate": estimate(None if isinstance(its.rate, Unfit) else its.rate),
        "reason": its.rate.reason if isinstance(its.rate, Unfit) else None,
    }


def _quality(its: Quality) -> dict[str, Any]:
    return {
        "judge": its.judge,
        "repeat_stability": estimate(its.stability),
        "length_slope": estimate(its.length_slope),
        "length_correlation": its.length_correlation,
        "longer_wins": estimate(its.longer_wins),
        "self_preference": estimate(its.self_preference),
    }


def _favour(its: Favour) -> dict[str, Any]:
    return {
        "judge": its.judge,
        "family": its.family,
        "own": its.is_own,
        "beyond": estimate(its.beyond),
    }


def _concord(its: Concord) -> dict[str, Any]:
    return {
        "judges": list(its.judges),
        "mode": its.mode,
        "same": estimate(its.same),
        "cohen": its.cohen,
        "weighted": its.weighted,
        "scores": its.reliability and asdict(its.reliability),
    }


def _chorus(its: Chorus) -> dict[str, Any]:
    return {
        "judges": list(its.judges),
        "mode": its.mode,
        "items": its.items,
        "full": its.full,
        "fleiss": its.fleiss,
        "krippendorff": its.alpha,
        "with_the_rest": dict(its.rest),
    }
