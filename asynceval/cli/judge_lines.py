"""What the verdicts of a run tell of its judges, in sentences: only what there is."""

from collections.abc import Iterator

from asynceval.protocol.conversation import Plan
from asynceval.report.columns import Columns
from asynceval.report.concord import concords
from asynceval.report.evened import evened
from asynceval.report.quality import Quality, qualities
from asynceval.stats.estimate import Estimate
from asynceval.stats.length_adjusted import Unfit


def judges(plan: Plan, columns: Columns) -> Iterator[str]:
    """Yield a line for each thing that can be told."""
    pairwise = {judge.name for judge in plan.sweep.judges if judge.is_pairwise}
    for its in qualities(plan, columns):
        yield from _quality(its, is_pairwise=its.judge in pairwise)
    twos, all_ = concords(plan, columns)
    for two in twos:
        if two.same is not None:
            kappas = _named(("kappa", two.cohen), ("weighted", two.weighted))
            yield f"{' and '.join(two.judges)} say the same of {_share(two.same)}{kappas}"
        elif two.reliability is not None:
            near = _named(("Spearman", two.reliability.spearman), ("weighted kappa", two.weighted))
            apart = f"{two.reliability.distance:.2f} points apart on average{near}"
            yield f"{' and '.join(two.judges)} are {apart}"
    for every in all_:
        if len(every.judges) > 2 and every.alpha is not None:
            kappa = _named(("Fleiss' kappa", every.fleiss))
            yield (
                f"All {len(every.judges)} {every.mode} judges: Krippendorff's alpha "
                f"{every.alpha:.2f} on {every.items} items{kappa}"
            )
    for each in evened(plan, columns):
        if isinstance(each.rate, Unfit):
            continue
        yield f"{each.judge}: {each.model} wins {_share(each.rate)} with answers as long as {each.baseline}'s"


def _quality(its: Quality, *, is_pairwise: bool) -> Iterator[str]:
    if its.stability is not None:
        yield f"{its.judge} says again what it mostly says in {_share(its.stability)} of repeats"
    if its.length_slope is not None:
        points = _points(its.length_slope)
        yield f"{its.judge} gives {points} points for an answer 2.7 times as long as others to its question"
    if its.longer_wins is not None:
        yield f"{its.judge} prefers the longer answer in {_share(its.longer_wins)} of the pairs with a winner"
    if its.self_preference is not None:
        scale = 100 if is_pairwise else 1
        unit = "percentage points of win rate" if is_pairwise else "points"
        points = _points(its.self_preference, scale)
        beyond = "against other families" if is_pairwise else "than it gives others"
        yield f"{its.judge} gives its own family {points} {unit} more {beyond}, next to judges of no such family"


def _share(its: Estimate) -> str:
    if its.interval is None:
        return f"{100 * its.value:.0f} %"
    low, high = its.interval
    return f"{100 * its.value:.0f} % (95 % {100 * low:.0f} to {100 * high:.0f})"


def _points(its: Estimate, scale: int = 1) -> str:
    digits = 2 if scale == 1 else 1
    if its.interval is None:
        return f"{scale * its.value:+.{digits}f}"
    low, high = (scale * end for end in its.interval)
    return f"{scale * its.value:+.{digits}f} (95 % {low:+.{digits}f} to {high:+.{digits}f})"


def _named(*values: tuple[str, float | None]) -> str:
    told = [f"{name} {value:.2f}" for name, value in values if value is not None]
    return f" ({', '.join(told)})" if told else ""
