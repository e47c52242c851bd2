"""What stands below the tables, in sentences: what is missing and why, and what was spent."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from asynceval.domain.text import counted
from asynceval.progress.wording import dollars
from asynceval.report.juries import Bench
from asynceval.report.pairwise import PairStanding
from asynceval.report.reasks import Reasks
from asynceval.report.spending import Spending
from asynceval.report.standings import Standing
from asynceval.report.summary import Summary
from asynceval.report.weights import Weights
from asynceval.store.ledger import Lost, Model


def notes(standings: Iterable[Standing | PairStanding]) -> Iterator[str]:
    """Yield a line for each model that lacks verdicts: how many, in which way, and why."""
    for standing in standings:
        if standing.missing:
            n = sum(missing.n for missing in standing.missing)
            ways = ", ".join(_ways(standing))
            if isinstance(standing, PairStanding):
                yield f"  {standing.model}: {counted(n, 'game')} without a verdict: {ways}"
            else:
                yield f"  {standing.model}: {n} of {standing.expected} without a score: {ways}"


def _ways(standing: Standing | PairStanding) -> Iterator[str]:
    for ending, parts in groupby(standing.missing, lambda missing: missing.ending):
        its = list(parts)
        told = f"{sum(part.n for part in its)} {_words(ending)}"
        if [part.reason for part in its] == [ending]:
            yield told
        elif len(its) == 1:
            yield f"{told} ({_words(its[0].reason)})"
        else:
            yield f"{told} ({', '.join(f'{part.n} {_words(part.reason)}' for part in its)})"


def coverage(summary: Summary) -> Iterator[str]:
    """Yield how many judgments have a verdict."""
    counts = summary.coverage
    if counts.expected:
        have = counted(counts.expected, "judgment has", "judgments have")
        yield f"{counts.scored:,} of {have} a verdict."


def juries(benches: Iterable[Bench]) -> Iterator[str]:
    """Yield a line for each jury: who is in it, and where it had to do with fewer."""
    for its in benches:
        missing = ", ".join(f"{n} of {name}" for name, n in its.missing.items())
        yield (
            f"  {its.jury.name} is the {its.jury.rule} of {', '.join(its.jury.judges)}: "
            f"{its.decided} of {counted(its.n, 'verdict')}, from {counted(its.jury.minimum, 'judge')} at least"
            + (f"; missing are {missing}" if missing else "")
        )


def weights(judges: Iterable[Weights]) -> Iterator[str]:
    """Yield a line for each judge that was asked for probabilities: how many verdicts they weigh."""
    for its in judges:
        covered = "" if its.mass is None else f", which cover {its.mass:.0%} of the probability"
        yield (
            f"  {its.judge}: {its.weighted} of {its.n} verdicts are weighted by probabilities{covered}; "
            "the others are plain"
        )


def reasks(judges: Iterable[Reasks]) -> Iterator[str]:
    """Yield a line for each judge that had to be asked again: how often, what, and how it ended."""
    for its in judges:
        if its.asked_again:
            rungs = {"longer": its.longer, "reformat": its.reformat, "fresh": its.fresh}
            taken = ", ".join(f"{n} {rung}" for rung, n in rungs.items() if n)
            left = (
                counted(its.unparsed, "remains", "remain") + " without one" if its.unparsed else ""
            )
            yield (
                f"  {its.judge} was asked again for {its.asked_again} of {counted(its.n, 'verdict')} "
                f"({taken}){left and f'; {left}'}"
            )


def cost(spending: Iterable[Spending], lost: Mapping[Model, Lost]) -> Iterator[str]:
    """Yield what all calls took, and what of it is not known."""
    spent = list(spending)
    if spent:
        calls = sum(its.calls for its in spent)
        prompt = sum(its.prompt_tokens for its in spent)
        completion = sum(its.completion_tokens for its in spent)
        usd = [its.usd for its in spent if its.usd is not None]
        total = dollars(sum(usd)) if len(usd) == len(spent) else "not known"
        yield (
            f"Cost of all runs: {total}, "
            f"for {counted(calls, 'call')} with {prompt:,} tokens in and {completion:,} out."
        )
    for its in spent:
        if its.uncounted:
            yield f"  tokens not known for {its.uncounted} of {counted(its.calls, its.kind)} of {its.model}"
    if lost:
        every = counted(sum(its.attempts for its in lost.values()), "call")
        parts = (
            f"{its.attempts} for {kind}s of {model}" for (kind, model), its in sorted(lost.items())
        )
        yield f"  up to {every} may have been charged for without a reply: {', '.join(parts)}"


def _words(name: str) -> str:
    return name.replace("_", " ")
