"""Totals of the page: what is there of what was planned, what failed, and what it cost."""

from collections.abc import Iterator, Sequence

from asynceval.report.coverage import ENDINGS
from asynceval.report.figures.markup import Markup, tag
from asynceval.report.html.tables import table
from asynceval.report.pairwise import PairStanding
from asynceval.report.standings import Standing
from asynceval.report.summary import Summary


def coverage(summary: Summary) -> Iterator[Markup]:
    """Yield how many judgments ended in which way, by judge and model, and why calls failed."""
    its = summary.coverage
    ended = ", ".join(
        f"{n} {ending.replace('_', ' ')}" for ending in ENDINGS if (n := getattr(its, ending))
    )
    yield tag("p", f"{its.expected} judgments planned: {ended or 'none ended'}.")
    lost = [_lost(row, row.n) for row in summary.standings if row.missing]
    lost += (_lost(row, row.record.n) for row in summary.pairwise if row.missing)
    if lost:
        header = "model", "judge", "expected", "with a verdict", "without one"
        yield table("Models that lack verdicts", header, lost, (0, 1, 4))
    if summary.answers:
        yield table(
            "Answers",
            ("model", "expected", "there", "cut", "empty", "imitate a judge"),
            (
                (a.model, *map(str, (a.expected, a.n, a.truncated, a.empty, a.imitations)))
                for a in summary.answers
            ),
        )
    if summary.failures:
        causes = ((f.model, f.kind, f.cause.replace("_", " "), str(f.n)) for f in summary.failures)
        yield table("What is missing, and why", ("model", "what", "cause", "n"), causes, (0, 1, 2))


def cost(summary: Summary) -> Iterator[Markup]:
    """Yield the tokens and the money that each model and judge took."""
    if not summary.spending:
        return
    rows = (
        (
            its.model,
            f"{its.kind}s",
            *(f"{n:,}" for n in (its.calls, its.prompt_tokens, its.completion_tokens)),
            f"{its.reasoning_tokens:,}",
            "unknown" if its.usd is None else f"{its.usd:,.4f}",
        )
        for its in summary.spending
    )
    header = (
        "model",
        "for",
        "calls",
        "prompt tokens",
        "completion tokens",
        "of it thinking",
        "USD",
    )
    yield table("Tokens and money", header, rows, (0, 1))
    known = [its.usd for its in summary.spending if its.usd is not None]
    if len(known) == len(summary.spending):
        yield tag("p", f"Together {sum(known):,.4f} USD. Equal calls are paid for once.")
    else:
        yield tag("p", "No sum: a price or the tokens of some calls are unknown.", class_="note")


def warnings(summary: Summary) -> Markup | None:
    """Return what a reader should know before any number, None if there is nothing."""
    if not summary.warnings:
        return None
    items = (tag("li", warning) for warning in summary.warnings)
    return tag(
        "section",
        tag("h2", "Before you read the numbers", id="warnings-title"),
        tag("ul", *items),
        id="warnings",
        aria_labelledby="warnings-title",
    )


def _lost(row: Standing | PairStanding, n: int) -> Sequence[str]:
    missing = ", ".join(f"{its.n} {its.reason.replace('_', ' ')}" for its in row.missing)
    return row.model, row.judge, str(row.expected), str(n), missing
