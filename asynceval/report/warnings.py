"""Warnings: sentences about what a reader of the numbers should know."""

from collections import Counter as Counts
from collections.abc import Iterable, Iterator, Mapping, Sequence

from asynceval.domain.alias import is_own
from asynceval.domain.failure import Cause
from asynceval.domain.text import counted
from asynceval.protocol.conversation import Plan
from asynceval.report.aliases import Alias
from asynceval.report.answers import Answers
from asynceval.report.arena import Arena
from asynceval.report.coverage import Coverage
from asynceval.report.standings import Standing

_MOST_NAMES = 5
_LONGEST_NAME = 80


def of_coverage(coverage: Coverage) -> Iterator[str]:
    """Say how many judgments and answers are not what was planned."""
    missing = coverage.expected - coverage.scored
    if missing:
        without = f"{missing:,} of {counted(coverage.expected, 'judgment')}"
        yield f"{without} {'has' if missing == 1 else 'have'} no verdict; every mean says its n"
    if coverage.truncated:
        cut = counted(coverage.truncated, "answer was cut", "answers were cut")
        yield f"{cut} (max_tokens or a filter), and judged as they are"


def of_left_out(plan: Plan) -> Iterator[str]:
    """Say whose answers and judgments are kept, and in no table, since the last run did not ask for them."""
    if plan.left_out:
        yield (
            f"asked here before, and left out by the last run: {_listed(plan.left_out)}; what they said "
            "is kept, and costs nothing when you run again with them"
        )


def of_answers(answers: Iterable[Answers]) -> Iterator[str]:
    """Say which models have answers that are empty, or look like a judge's words."""
    for its in answers:
        if its.empty:
            empty, are = _of(its.empty, "answer", its.model)
            yield f"{empty} {are} empty, and judged all the same"
        if its.imitations:
            imitating, _ = _of(its.imitations, "answer", its.model)
            yield (
                f"what looks like a verdict or a judge's template is in {imitating}, judged all the same; "
                "means are given without such answers too"
            )


def of_thinking(causes: Mapping[tuple[str, str, str], int]) -> Iterator[str]:
    """Say which models spent all their tokens thinking; `causes` count by kind, model and cause."""
    for (kind, model, cause), n in sorted(causes.items()):
        if cause == Cause.THINKING and kind in ("answer", "judgment"):
            missing, are = _of(n, kind, model)
            yield (
                f"{missing} {are} missing, since all its tokens went into thinking: "
                "raise its max_tokens, or lower its effort"
            )


def of_standings(standings: Sequence[Standing]) -> Iterator[str]:
    """Say whose mean hangs on what is missing, and which judges were cut off."""
    unsure: dict[str, list[str]] = {}
    for standing in standings:
        if standing.whole.is_unsure:
            unsure.setdefault(standing.model, []).append(standing.judge)
    alike: dict[tuple[str, ...], list[str]] = {}
    for model, judges in unsure.items():
        alike.setdefault(tuple(judges), []).append(model)
    if unsure:
        told = (f"{_listed(models)} (by {_listed(judges)})" for judges, models in alike.items())
        yield (
            "what is missing could move a mean beyond its interval, so the order is unsure: "
            f"{'; '.join(told)}"
        )
    for judge in dict.fromkeys(standing.judge for standing in standings):
        by_judge = [standing for standing in standings if standing.judge == judge]
        cut = sum(m.n for s in by_judge for m in s.missing if m.reason == "cut_off")
        if cut:
            were = counted(cut, f"judgment by {judge} was", f"judgments by {judge} were")
            yield f"{were} cut off before a verdict: raise its max_tokens"


def of_arenas(arenas: Iterable[Arena]) -> Iterator[str]:
    """Say where wins do not lead from every model to every other, so that ratings rest on a penalty."""
    for its in arenas:
        if len(its.components) > 1:
            apart = sorted(its.components, key=len)[:-1]
            names = [name for component in apart for name in component]
            yield (
                f"judge {its.judge}: wins do not lead from all models to all others and back, so ratings "
                f"rest on a penalty and tell the order only; apart from the rest: {_listed(names)}"
            )


def of_scales(plan: Plan) -> Iterator[str]:
    """Say why there is no mean over all categories, where they are graded on several scales."""
    scales = plan.scales()
    if len(scales) > 1 and not all(judge.is_pairwise for judge in plan.sweep.judges):
        parts = [f"{scale} for {_listed(categories)}" for scale, categories in scales.items()]
        yield (
            f"grades are on different scales ({'; '.join(parts)}): there are means by category only"
        )


def of_families(plan: Plan) -> Iterator[str]:
    """Say which models a judge marks or leaves out, as they are of its own family."""
    told = {"mark": "which it may favour, judged all the same", "skip": "left out"}
    for judge in plan.sweep.judges:
        own = [t.name for t in plan.sweep.targets if plan.sweep.is_own(judge, t.name)]
        if own and judge.own_family in told:
            yield f"judge {judge.name}: models of its own family, {told[judge.own_family]}: {_listed(own)}"


def of_aliases(aliases: Sequence[Alias]) -> Iterator[str]:
    """Say which models were answered for by another one, or by several as far as can be told."""
    for kind, model in dict.fromkeys((alias.kind, alias.model) for alias in aliases):
        its = [alias for alias in aliases if (alias.kind, alias.model) == (kind, model)]
        asked, names, fingerprints = its[0].asked, Counts[str](), Counts[str]()
        for alias in its:
            if alias.name is not None:
                names[alias.name] += alias.n
            if alias.fingerprint is not None:
                fingerprints[alias.fingerprint] += alias.n
        if len(names) > 1 or any(not is_own(model, asked, name) for name in names):
            what = "under several names" if len(names) > 1 else "by another model"
            yield f"{kind}s of {model}, asked as {asked}, were given {what}: {_counted(names)}"
        if len(fingerprints) > 1:
            yield (
                f"{kind}s of {model} come from several configurations of its server, by their "
                f"fingerprints: {_counted(fingerprints)}"
            )


def _of(n: int, what: str, model: str) -> tuple[str, str]:
    """Return how many of a model's answers or judgments, and the verb that follows."""
    return f"{counted(n, what)} of {model}", "is" if n == 1 else "are"


def _counted(names: Counts[str]) -> str:
    most = sorted(names.items(), key=lambda item: (-item[1], item[0]))
    return _listed([f"{name[:_LONGEST_NAME]} ({n})" for name, n in most])


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    return f"{shown} and {more} more" if more > 0 else shown
