"""Totals of the page: what is there of what was planned, what failed, and what it cost."""

from collections.abc import Iterator, Sequence

from asynceval.domain.text import counted
from asynceval.report.clocked import Clocked
from asynceval.report.coverage import ENDINGS
from asynceval.report.figures.markup import Markup, tag
from asynceval.report.html.tables import table
from asynceval.report.numbers import number
from asynceval.report.pairwise import PairStanding
from asynceval.report.standings import Standing
from asynceval.report.summary import Summary

_TIMES = (
    "Seconds: of all calls together, from sending to the last byte; first words: the median of streamed "
    "answers; first reply: from the run's first call; replies a minute: while any call was open; waited: "
    "all calls together, before they were sent."
)


def coverage(summary: Summary) -> Iterator[Markup]:
    """Yield how many judgments ended in which way, by judge and model, and why calls failed."""
    its = summary.coverage
    ended = ", ".join(
        f"{n} {ending.replace('_', ' ')}" for ending in ENDINGS if (n := getattr(its, ending))
    )
    yield tag("p", f"{counted(its.expected, 'judgment')} planned: {ended or 'none ended'}.")
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


def times(summary: Summary, clocked: Clocked) -> Iterator[Markup]:
    """Yield how long calls took, how soon answers began, and what calls waited for."""
    if not clocked.timings:
        return
    speeds = {its.model: its for its in summary.speeds}
    rows = []
    for its in clocked.timings:
        speed = speeds.get(its.model) if its.kind == "answer" else None
        soon = number(None if speed is None else speed.first_token)
        rate = number(None if speed is None else speed.tokens_per_second, ".0f")
        rows.append(
            (
                *(its.model, f"{its.kind}s", f"{its.seconds:,.0f}", number(its.median)),
                *(number(its.slowest), soon, rate, number(its.first, ".1f")),
                *(number(its.per_minute, ",.0f"), f"{its.waited:,.0f}", f"{its.attempts:,}"),
            )
        )
    header = (
        *("model", "for", "seconds", "median", "95 % below", "first words", "tokens a second"),
        *("first reply", "replies a minute", "waited", "attempts"),
    )
    yield table("Seconds of calls", header, rows, (0, 1))
    yield tag("p", _TIMES, class_="note")
    if clocked.waiting:
        waits = (
            (its.account, its.cause, f"{its.seconds:,.0f}", f"{100 * its.seconds / its.of:.0f} %")
            for its in clocked.waiting
            if its.of
        )
        columns = ("account", "waited for", "seconds", "of the time")
        yield table("What calls waited for", columns, waits, (0, 1))


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
