"""Concord: how far the judges of a sweep say the same of the same, beyond chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from asynceval.protocol.conversation import Plan
from asynceval.report.columns import Columns
from asynceval.report.items import Item, repeats_itself, verdicts
from asynceval.stats.bootstrap import bootstrap_share
from asynceval.stats.estimate import Estimate
from asynceval.stats.jury import agreement_with_rest
from asynceval.stats.kappa import cohen, fleiss, weighted
from asynceval.stats.krippendorff import alpha
from asynceval.stats.reliability import Reliability, reliability


@dataclass(frozen=True, slots=True)
class Concord:
    """Two judges of one mode on the items that both judged; `same` is the share of equal verdicts.

    `cohen` is the kappa of equal verdicts, `weighted` the quadratic one, which forgives small
    distances. `reliability` is of scores, None of pairs. Grades that are weighed by probabilities are
    hardly ever equal, so what counts equal ones is None of them.
    """

    judges: tuple[str, str]
    mode: str
    same: Estimate | None
    cohen: float | None
    weighted: float | None
    reliability: Reliability | None


@dataclass(frozen=True, slots=True)
class Chorus:
    """All judges of one mode: `items` that at least two judged, `full` that all did.

    `fleiss` is the kappa of those that all judged, None of weighed grades; `alpha` is Krippendorff's, of scores by interval, of
    pairs by order. `rest` is each judge's Spearman correlation with the mean of the others.
    """

    judges: tuple[str, ...]
    mode: str
    items: int
    full: int
    fleiss: float | None
    alpha: float | None
    rest: Mapping[str, float | None]


def concords(plan: Plan, columns: Columns) -> tuple[tuple[Concord, ...], tuple[Chorus, ...]]:
    """Return how each two judges of one mode agree, and how all of them do. First repeats count."""
    twos: list[Concord] = []
    all_: list[Chorus] = []
    for mode in ("single", "pairwise"):
        judges = [j for j in plan.sweep.judges if j.is_pairwise == (mode == "pairwise")]
        if len(judges) > 1:
            said = {
                judge.name: {item: rows[0] for item, rows in verdicts(plan, columns, judge).items()}
                for judge in judges
            }
            exact = {judge.name for judge in judges if repeats_itself(judge)}
            twos += [
                _concord(mode, pair, said, is_exact=exact.issuperset(pair))
                for pair in combinations(said, 2)
            ]
            all_.append(_chorus(mode, said, is_exact=exact.issuperset(said)))
    return tuple(twos), tuple(all_)


def _concord(
    mode: str, pair: tuple[str, str], said: Mapping[str, Mapping[Item, float]], *, is_exact: bool
) -> Concord:
    one, other = (said[name] for name in pair)
    both = [(item, value, other[item]) for item, value in one.items() if item in other]
    rows = [(a, b) for _, a, b in both]
    return Concord(
        pair,
        mode,
        bootstrap_share((item.place.question, float(a == b)) for item, a, b in both)
        if is_exact
        else None,
        cohen(rows) if is_exact else None,
        weighted(rows, "quadratic"),
        reliability(rows) if mode == "single" else None,
    )


def _chorus(mode: str, said: Mapping[str, Mapping[Item, float]], *, is_exact: bool) -> Chorus:
    items = dict.fromkeys(item for rows in said.values() for item in rows)
    ratings: list[Sequence[float]] = [
        [rows[item] for rows in said.values() if item in rows] for item in items
    ]
    shared = [each for each in ratings if len(each) > 1]
    full = [each for each in shared if len(each) == len(said)]
    return Chorus(
        tuple(said),
        mode,
        len(shared),
        len(full),
        fleiss(full) if is_exact else None,
        alpha(shared, "interval" if mode == "single" else "ordinal"),
        agreement_with_rest(said) if mode == "single" and len(said) > 2 else {},
    )
