"""The judge panel: what each judge may be led by besides the answers' quality."""

from collections.abc import Iterator, Sequence

from asynceval.domain.sweep import Judge
from asynceval.protocol.conversation import Plan
from asynceval.report.figures.gallery import Gallery
from asynceval.report.figures.markup import Markup, tag
from asynceval.report.html.tables import drawn, table
from asynceval.report.summary import Summary
from asynceval.stats.estimate import Estimate
from asynceval.stats.verbosity import length_slope, longer_wins

_NOTE = (
    "Slope: points more for an answer e times (2.7 times) as long as the others to its question; longer "
    "answers may also be better. Longer wins: of the pairs with a winner, the share won by the longer "
    "answer. Place: above 0 the first shown is preferred, below 0 the second."
)


def panel(plan: Plan, summary: Summary, gallery: Gallery) -> Iterator[Markup]:
    """Yield the panel: places drawn, and a row of numbers for each judge."""
    yield from map(drawn, gallery.places)
    rows = [(judge.name, *_row(plan, summary, judge)) for judge in plan.sweep.judges]
    if rows:
        header = (
            *("judge", "length slope", "95 %", "longer wins", "95 %"),
            *("same verdict in both orders", "place preference", "p", "own family"),
        )
        yield table("What verdicts hang together with", header, rows, (0, 8))
        yield tag("p", _NOTE, class_="note")


def _row(plan: Plan, summary: Summary, judge: Judge) -> Sequence[str]:
    columns, slope, longer = summary.columns, None, None
    if judge.is_pairwise:
        longer = longer_wins(
            (bout.place.question, bout.outcome, one, two)
            for bout in columns.bouts(judge.name)
            if bout.outcome is not None
            and (one := columns.characters(bout.first, bout.place)) is not None
            and (two := columns.characters(bout.second, bout.place)) is not None
        )
    elif len(plan.scales()) <= 1:
        slope = length_slope(
            (grade.place.question, grade.value, size)
            for target in plan.sweep.targets
            for grade in columns.grades(judge.name, target.name)
            if (size := columns.characters(target.name, grade.place)) is not None
        )
    bias = next((its.bias for its in summary.place_biases if its.judge == judge.name), None)
    own = [t.name for t in plan.sweep.targets if plan.sweep.is_own(judge, t.name)]
    return (
        "–" if slope is None else f"{slope.value:+.2f}",
        _interval(slope, "+.2f"),
        "–" if longer is None else f"{longer.value:.1%}",
        _interval(longer, ".1%"),
        "–" if bias is None or bias.consistency is None else f"{bias.consistency:.1%}",
        "–" if bias is None or bias.preference is None else f"{bias.preference:+.2f}",
        "–" if bias is None or bias.p is None else _p(bias.p),
        ", ".join(own) or "none",
    )


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _interval(its: Estimate | None, form: str) -> str:
    if its is None or its.interval is None:
        return "–"
    low, high = its.interval
    return f"{low:{form}} to {high:{form}}"
