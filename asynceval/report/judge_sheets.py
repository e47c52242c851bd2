"""Sheets on judges: what verdicts tell of them, alone, in twos and all together."""

from collections.abc import Iterator
from dataclasses import asdict

from asynceval.protocol.conversation import Plan
from asynceval.report.concord import concords
from asynceval.report.evened import evened
from asynceval.report.favour import favours
from asynceval.report.quality import qualities
from asynceval.report.reasks import Reasks
from asynceval.report.sheet import ESTIMATE, Row, Sheet, estimated, names, values
from asynceval.report.summary import Summary
from asynceval.stats.length_adjusted import Unfit
from asynceval.stats.reliability import Reliability


def judge_sheets(plan: Plan, summary: Summary) -> tuple[Sheet, ...]:
    """Return the tables on judges; each is worked out when its rows are asked for."""
    return (
        Sheet(
            "position_bias",
            (
                *("judge", "consistent", "first", "second", "half_tie_first", "half_tie_second"),
                *("error", "n", "consistency", "preference", "p"),
            ),
            lambda: (
                (
                    *(its.judge, *asdict(its.bias).values(), its.bias.n),
                    *(its.bias.consistency, its.bias.preference, its.bias.p),
                )
                for its in summary.place_biases
            ),
        ),
        Sheet("judges", ("judge", "measure", *ESTIMATE), lambda: _judges(plan, summary)),
        Sheet(
            "judge_agreement",
            ("judge", "other", "mode", *(f"same_{name}" for name in ESTIMATE), "cohen", "weighted"),
            lambda: (
                (*its.judges, its.mode, *estimated(its.same), its.cohen, its.weighted)
                for its in concords(plan, summary.columns)[0]
            ),
        ),
        Sheet(
            "judge_distances",
            ("judge", "other", *names(Reliability)),
            lambda: (
                (*its.judges, *values(its.reliability))
                for its in concords(plan, summary.columns)[0]
                if its.reliability is not None
            ),
        ),
        Sheet(
            "judge_panels",
            ("mode", "judge", "with_the_rest", "items", "full", "fleiss", "krippendorff"),
            lambda: (
                (its.mode, judge, its.rest.get(judge), its.items, its.full, its.fleiss, its.alpha)
                for its in concords(plan, summary.columns)[1]
                for judge in its.judges
            ),
        ),
        Sheet(
            "judge_families",
            ("judge", "family", "own", *(f"beyond_{name}" for name in ESTIMATE)),
            lambda: (
                (its.judge, its.family, its.is_own, *estimated(its.beyond))
                for its in favours(plan, summary.columns)
            ),
        ),
        Sheet(
            "length_adjusted",
            ("judge", "model", "baseline", *ESTIMATE, "reason"),
            lambda: (
                (
                    *(its.judge, its.model, its.baseline),
                    *estimated(None if isinstance(its.rate, Unfit) else its.rate),
                    its.rate.reason if isinstance(its.rate, Unfit) else None,
                )
                for its in evened(plan, summary.columns)
            ),
        ),
        Sheet(
            "weights",
            ("judge", "n", "weighted", "mass"),
            lambda: ((its.judge, its.n, its.weighted, its.mass) for its in summary.weights),
        ),
        Sheet("reasks", names(Reasks), lambda: map(values, summary.reasks)),
        Sheet(
            "juries",
            ("jury", "rule", "minimum", "judge", "n", "decided", "missing"),
            lambda: (
                (
                    *(its.jury.name, its.jury.rule, its.jury.minimum, judge),
                    *(its.n, its.decided, its.missing.get(judge, 0)),
                )
                for its in summary.juries
                for judge in its.jury.judges
            ),
        ),
    )


def _judges(plan: Plan, summary: Summary) -> Iterator[Row]:
    for its in qualities(plan, summary.columns):
        for measure, found in (
            ("repeat_stability", its.stability),
            ("length_slope", its.length_slope),
            ("longer_wins", its.longer_wins),
            ("self_preference", its.self_preference),
        ):
            if found is not None:
                yield its.judge, measure, *estimated(found)
