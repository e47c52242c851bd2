"""Juries: whether their judges are there, and fit together."""

from collections.abc import Iterator

from asynceval.config.document import Fault
from asynceval.domain.jury import Jury
from asynceval.domain.sweep import Sweep


def faults(sweep: Sweep) -> Iterator[Fault]:
    """Yield what is wrong with the juries of a sweep, whose judges are known to be there."""
    taken = {judge.name: "a judge" for judge in sweep.judges}
    for at, jury in enumerate(sweep.juries):
        path = ("juries", at)
        if jury.name in taken:
            yield (*path, "name"), f"is the name of {taken[jury.name]} already"
        taken.setdefault(jury.name, "a jury")
        for key, message in _faults(sweep, jury):
            yield (*path, key), message


def _faults(sweep: Sweep, jury: Jury) -> Iterator[tuple[str, str]]:
    judges = {judge.name: judge for judge in sweep.judges}
    if len(set(jury.judges)) != len(jury.judges):
        yield "judges", "names a judge twice"
    if len(jury.judges) < 2:
        yield "judges", "needs two judges or more"
    if jury.minimum > len(jury.judges):
        yield "minimum", f"is more than its {len(jury.judges)} judges"
    modes = {judges[name].mode for name in jury.judges}
    compared = {
        (its.mode, its.baseline, its.orders) for its in map(judges.__getitem__, jury.judges)
    }
    if len(compared) > 1:
        yield "judges", "do not judge the same: their modes, baselines or orders differ"
    elif modes != {"single"} and jury.rule != "majority":
        yield "rule", 'must be "majority", since its judges compare pairs'
