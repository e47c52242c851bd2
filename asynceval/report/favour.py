"""Favour: what models of a family gain or lose by a judge, beside the judges that are not of that family."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from asynceval.domain.family import family_of
from asynceval.domain.sweep import Judge
from asynceval.protocol.conversation import Plan
from asynceval.report.columns import Columns
from asynceval.report.items import Verdicts, verdicts
from asynceval.stats.estimate import Estimate
from asynceval.stats.mean import clustered_mean, mean
from asynceval.stats.self_preference import self_preference


@dataclass(frozen=True, slots=True)
class Favour:
    """What a family's models get from a judge beyond the mean of the judges of its mode that are not related.

    In points, or for pairs with a model of another family in win rate. Not related to an item is a judge of
    none of the families in it.
    """

    judge: str
    family: str
    is_own: bool
    beyond: Estimate


class _Gap(NamedTuple):
    """One model in an item: its number by the judge less that by the others, and whom it met."""

    question: str
    model: str
    opponent: str | None
    judged: float
    rest: float


def self_favour(plan: Plan, judge: Judge, said: Mapping[str, Verdicts]) -> Estimate | None:
    """Return what a judge's own family gains by it; None without others to compare with.

    Of scores the difference in differences: what it gives its own beyond the unrelated judges, less what it
    gives the rest beyond them. Of pairs the gain in win rate of its own against models of other families,
    which is that already (MT-Bench, arXiv:2306.05685, on self-enhancement).
    """
    own = {target.name for target in plan.sweep.targets if plan.sweep.is_own(judge, target.name)}
    gaps = list(_gaps(plan, judge, said))
    if not judge.is_pairwise:
        return self_preference((g.question, g.model in own, g.judged, g.rest) for g in gaps)
    gain = clustered_mean(
        (g.question, g.judged - g.rest) for g in gaps if g.model in own and g.opponent not in own
    )
    return gain and gain.within(-1, 1)


def favours(plan: Plan, columns: Columns) -> tuple[Favour, ...]:
    """Return the favour of each judge for each family of models, as far as there is a judge to compare with."""
    judges = plan.sweep.judges
    if len(judges) <= len({judge.is_pairwise for judge in judges}):
        return ()  # one of each mode at most
    return tuple(_favours(plan, {judge.name: verdicts(plan, columns, judge) for judge in judges}))


def _favours(plan: Plan, said: Mapping[str, Verdicts]) -> Iterator[Favour]:
    families = {
        target.name: (target.family or family_of(target.model, target.name) or "").lower()
        for target in plan.sweep.targets
    }
    for judge in plan.sweep.judges:
        if not judge.is_pairwise and len(plan.scales()) > 1:
            continue
        rows: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
        for gap in _gaps(plan, judge, said):
            family = families[gap.model]
            if family and families.get(gap.opponent or "") != family:
                rows[family].append((gap.question, gap.judged - gap.rest))
        for family, its in sorted(rows.items()):
            beyond = clustered_mean(its)
            if beyond is not None:
                members = (name for name, known in families.items() if known == family)
                is_own = any(plan.sweep.is_own(judge, name) for name in members)
                cut = beyond.within(-1, 1) if judge.is_pairwise else beyond
                yield Favour(judge.name, family, is_own, cut)


def _gaps(plan: Plan, judge: Judge, said: Mapping[str, Verdicts]) -> Iterator[_Gap]:
    others = [
        (each, said[each.name])
        for each in plan.sweep.judges
        if each.name != judge.name and each.is_pairwise == judge.is_pairwise
    ]
    if not others:
        return
    kin = {
        (each.name, target.name)
        for each, _ in others
        for target in plan.sweep.targets
        if plan.sweep.is_own(each, target.name)
    }
    for item, values in said[judge.name].items():
        unrelated: Iterable[Verdicts] = (
            its
            for each, its in others
            if (each.name, item.first) not in kin and (each.name, item.second) not in kin
        )
        rest = mean(value for its in unrelated for value in its.get(item, ()))
        own = mean(values)
        if rest is None or own is None:
            continue
        yield _Gap(item.place.question, item.first, item.second, own, rest)
        if item.second is not None:
            yield _Gap(item.place.question, item.second, item.first, 1 - own, 1 - rest)
