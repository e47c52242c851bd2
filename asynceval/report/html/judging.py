"""The judge panel: how far each judge can be relied on, and how far judges agree."""

from collections.abc import Iterator

from asynceval.protocol.conversation import Plan
from asynceval.report.concord import concords
from asynceval.report.evened import evened
from asynceval.report.favour import favours
from asynceval.report.figures.gallery import Gallery
from asynceval.report.figures.markup import Markup, tag
from asynceval.report.html.tables import drawn, table
from asynceval.report.numbers import interval, number, p_value, percent, percents, value
from asynceval.report.pairwise import PlaceBias
from asynceval.report.quality import qualities
from asynceval.report.summary import Summary
from asynceval.stats.length_adjusted import Unfit

_PLACES = (
    "Of all pairs that were judged in both orders. First, second: the answer shown there won both games; "
    "half: it won one, and the other was a tie. Preference: (first - second) / (first + second), from -1 "
    "to 1; p: by the sign test of these two."
)
_QUALITY = (
    "Stability: of repeats, the share that say what most of them say. Slope: points more for an answer e "
    "times (2.7 times) as long as the others to its question; longer answers may also be better. Longer "
    "wins: of the pairs with a winner, the share won by the longer answer. Own family gains: points beyond "
    "what it gives others, or win rate against other families, next to the judges that are not related."
)
_FAMILIES = (
    "Points beyond the mean of those judges that are of none of the families concerned; for a judge of "
    "pairs the share of wins against models of other families, from -1 to 1."
)
_AGREEMENT = (
    "Equal: the share of equal verdicts on what both judged. Kappa: the same beyond chance (Cohen); "
    "weighted: small distances count little. Alpha: Krippendorff's, of all judges of a mode."
)
_EVENED = "A logistic fit on the tanh of the difference in length, which is then set to none."


def panel(plan: Plan, summary: Summary, gallery: Gallery) -> Iterator[Markup]:
    """Yield what verdicts tell of the judges, as far as they tell anything."""
    yield from map(drawn, gallery.places)
    yield from _places(summary)
    yield from _qualities(plan, summary)
    yield from _families(plan, summary)
    yield from _agreement(plan, summary)
    yield from _even(plan, summary)
    for its in summary.juries:
        missing = ", ".join(f"{n} of {name}" for name, n in its.missing.items())
        yield tag(
            "p",
            f"{its.jury.name} is the {its.jury.rule} of {', '.join(its.jury.judges)}, from at least "
            f"{its.jury.minimum} of them: {its.decided} of {its.n} verdicts"
            + (f"; missing are {missing}." if missing else "."),
        )


def _places(summary: Summary) -> Iterator[Markup]:
    rows = [its for its in summary.place_biases if its.bias.n]
    if not rows:
        return
    header = (
        *("judge", "pairs", "same verdict", "first", "half first", "half second", "second"),
        *("error", "preference", "p"),
    )
    yield table("What changes when the answers change places", header, map(_place, rows))
    yield tag("p", _PLACES, class_="note")


def _place(row: PlaceBias) -> tuple[str, ...]:
    its = row.bias
    classes = (
        *(its.consistent, its.first, its.half_tie_first),
        *(its.half_tie_second, its.second, its.error),
    )
    shares = (f"{100 * n / its.n:.1f} %" for n in classes)
    return (row.judge, str(its.n), *shares, number(its.preference, "+.2f"), p_value(its.p))


def _qualities(plan: Plan, summary: Summary) -> Iterator[Markup]:
    rows = []
    for judge, its in zip(plan.sweep.judges, qualities(plan, summary.columns), strict=True):
        own = [t.name for t in plan.sweep.targets if plan.sweep.is_own(judge, t.name)]
        gain = its.self_preference
        percents_of = judge.is_pairwise
        rows.append(
            (
                *(judge.name, percent(its.stability), percents(its.stability)),
                *(value(its.length_slope, "+.2f"), interval(its.length_slope, "+.2f")),
                number(its.length_correlation, "+.2f"),
                *(percent(its.longer_wins), percents(its.longer_wins)),
                *(
                    (percent(gain), percents(gain))
                    if percents_of
                    else (value(gain, "+.2f"), interval(gain, "+.2f"))
                ),
                ", ".join(own) or "none",
            )
        )
    if rows:
        header = (
            *("judge", "stability", "95 %", "length slope", "95 %", "correlation"),
            *("longer wins", "95 %", "own family gains", "95 %", "own family"),
        )
        yield table("What verdicts hang together with", header, rows, (0, 10))
        yield tag("p", _QUALITY, class_="note")


def _families(plan: Plan, summary: Summary) -> Iterator[Markup]:
    found = favours(plan, summary.columns)
    families = sorted({its.family for its in found})
    cells = {
        (its.judge, its.family): f"{value(its.beyond, '+.2f')}{' (own)' if its.is_own else ''}"
        for its in found
    }
    rows = [
        (judge, *(cells.get((judge, family), "–") for family in families))
        for judge in dict.fromkeys(its.judge for its in found)
    ]
    if rows:
        yield table("What families of models gain by a judge", ("judge", *families), rows)
        yield tag("p", _FAMILIES, class_="note")


def _agreement(plan: Plan, summary: Summary) -> Iterator[Markup]:
    twos, all_ = concords(plan, summary.columns)
    if not twos:
        return
    rows = (
        (
            " and ".join(two.judges),
            *(str(two.same.n if two.same else 0), percent(two.same), percents(two.same)),
            *(number(two.cohen), number(two.weighted)),
        )
        for two in twos
    )
    columns = ("judges", "items", "equal", "95 %", "kappa", "weighted kappa")
    yield table("How far two judges agree", columns, rows)
    panels = (
        (
            *(", ".join(its.judges), its.mode, str(its.items), number(its.alpha)),
            *(number(its.fleiss), str(its.full)),
            ", ".join(f"{name} {number(rest)}" for name, rest in its.rest.items()) or "–",
        )
        for its in all_
    )
    header = (
        "judges",
        "mode",
        "items",
        "alpha",
        "Fleiss' kappa",
        "of them all judged",
        "with rest",
    )
    yield table("How far all judges agree", header, panels, (0, 1, 6))
    yield tag("p", _AGREEMENT, class_="note")


def _even(plan: Plan, summary: Summary) -> Iterator[Markup]:
    rows = [
        (its.model, its.judge, its.baseline, percent(its.rate), percents(its.rate))
        for its in evened(plan, summary.columns)
        if not isinstance(its.rate, Unfit)
    ]
    if rows:
        header = ("model", "judge", "beside", "win rate", "95 %")
        yield table("Win rates if all answers were equally long", header, rows, (0, 1, 2))
        yield tag("p", _EVENED, class_="note")
