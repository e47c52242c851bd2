"""The gallery: which figures a run has, made from its summary."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import fmean

from asynceval.domain.rubric import TEN
from asynceval.domain.sweep import Judge
from asynceval.protocol.conversation import Plan
from asynceval.report.figures.bars import bars
from asynceval.report.figures.figure import Figure
from asynceval.report.figures.heat import Cells, heat
from asynceval.report.figures.intervals import intervals
from asynceval.report.figures.radar import LEAST, radar
from asynceval.report.figures.scatter import scatter
from asynceval.report.juries import seated
from asynceval.report.summary import Summary
from asynceval.stats.estimate import Estimate
from asynceval.stats.outcomes import score_outcome, win_matrix

_MOST_IN_MATRIX = 60
_PLACES = ("consistent", "first", "second", "half_tie_first", "half_tie_second", "error")
_PLACE_WORDS = (
    "same verdict in both orders",
    "always the first shown",
    "always the second shown",
    "first shown, or tie",
    "second shown, or tie",
    "no verdict",
)
_CENT = (0.0, 100.0)


@dataclass(frozen=True, slots=True)
class Gallery:
    """The figures of a run, those of each judge together, under what they show."""

    leaderboards: tuple[Figure, ...]
    categories: tuple[Figure, ...]
    matrices: tuple[Figure, ...]
    lengths: tuple[Figure, ...]
    places: tuple[Figure, ...]

    def __iter__(self) -> Iterator[Figure]:
        """Yield every figure."""
        for figures in (
            self.leaderboards,
            self.categories,
            self.matrices,
            self.lengths,
            self.places,
        ):
            yield from figures


def gallery(plan: Plan, summary: Summary) -> Gallery:
    """Return the figures of a run: what there is nothing to draw of is left out."""
    walls = [_Wall(plan, summary, judge) for judge in named(seated(plan)).items()]
    return Gallery(
        tuple(figure for wall in walls for figure in wall.leaderboard()),
        tuple(figure for wall in walls for figure in wall.categories()),
        tuple(figure for wall in walls for figure in wall.matrix()),
        tuple(figure for wall in walls for figure in wall.lengths()),
        tuple(_places(summary)),
    )


def named(plan: Plan) -> Mapping[str, Judge]:
    """Return the judges of a plan by a name that a file may have, each different."""
    found: dict[str, Judge] = {}
    for judge in plan.sweep.judges:
        plain = re.sub(r"[^a-z0-9.]+", "-", judge.name.lower()).strip("-.")[:60] or "judge"
        number = 1
        while (name := plain if number == 1 else f"{plain}-{number}") in found:
            number += 1
        found[name] = judge
    return found


class _Wall:
    """What one judge's figures are made from. Rates of wins are in percent."""

    def __init__(self, plan: Plan, summary: Summary, judge: tuple[str, Judge]) -> None:
        self._file, its = judge
        self._plan, self._columns, self._judge = plan, summary.columns, its
        scales = [scale.ends for scale in plan.scales()] or [TEN.ends]
        self._has_one_scale = its.is_pairwise or len(scales) == 1
        self._ends = _CENT if its.is_pairwise else scales[0]
        self._unit = " %" if its.is_pairwise else ""
        self._what = "Win rate" if its.is_pairwise else "Mean score"
        self._rows: dict[str, Estimate | None] = (
            {
                its.model: _percent(its.record.adjusted)
                for its in summary.pairwise
                if its.judge == self._judge.name
            }
            if its.is_pairwise
            else {s.model: s.average for s in summary.standings if s.judge == its.name}
        )
        self._parts: dict[tuple[str, str], Estimate | None] = {
            (row.model, category): _percent(rate)
            for row in summary.pairwise
            if row.judge == its.name
            for category, rate in row.categories.items()
        } | {
            (row.model, category): part.mean
            for row in summary.standings
            if row.judge == its.name
            for category, part in row.categories.items()
        }

    def leaderboard(self) -> Iterator[Figure]:
        if self._rows and self._has_one_scale:
            title = f"{self._what} by {self._judge.name}, with 95 % intervals"
            rows = tuple(self._rows.items())
            yield intervals(f"leaderboard-{self._file}", title, rows, self._ends, self._unit)

    def categories(self) -> Iterator[Figure]:
        categories = tuple(dict.fromkeys(question.category for question in self._plan.questions))
        if not self._rows or len(categories) < 2:
            return
        found = [[self._parts.get((row, c)) for c in categories] for row in self._rows]
        scale = self._plan.sweep.scale
        cells = Cells(
            tuple(self._rows),
            categories,
            tuple(tuple(None if its is None else its.value for its in row) for row in found),
            tuple(_CENT if self._judge.is_pairwise else scale(c).ends for c in categories),
            "parted" if self._judge.is_pairwise else "rising",
            tuple(tuple(None if its is None else its.interval for its in row) for row in found),
        )
        title = f"{self._what} by category, by {self._judge.name}"
        if len(categories) >= LEAST and self._has_one_scale:
            yield radar(f"radar-{self._file}", title, cells)
        yield heat(f"categories-{self._file}", title, "model", cells, self._shown)

    def matrix(self) -> Iterator[Figure]:
        if self._judge.baseline is not None:
            return  # the leaderboard says all of it
        games = list(self._games())
        met = dict.fromkeys(name for first, second, _ in games for name in (first, second))
        models = [*self._rows, *(name for name in met if name not in self._rows)]
        if len(models) < 2 or not games or len(models) > _MOST_IN_MATRIX:
            return
        rates = win_matrix(games, models)
        cells = Cells(
            tuple(models),
            tuple(models),
            tuple(tuple(None if rate is None else 100 * rate for rate in row) for row in rates),
            (_CENT,) * len(models),
            "parted",
        )
        how = "" if self._judge.is_pairwise else " (who has the higher score wins)"
        title = f"Win rate of row against column in percent, by {self._judge.name}{how}"
        yield heat(f"wins-{self._file}", title, "model", cells, _whole)

    def lengths(self) -> Iterator[Figure]:
        means = {
            model: fmean(sizes)
            for model in self._rows
            if (sizes := [n for n in self._columns.lengths(model).values() if n])
        }
        dots = [
            (model, means[model], estimate)
            for model, estimate in self._rows.items()
            if estimate is not None and model in means
        ]
        if dots and self._has_one_scale:
            title = f"{self._what} by {self._judge.name} against the length of answers"
            yield scatter(f"length-{self._file}", title, dots, self._ends, self._unit)

    def _games(self) -> Iterator[tuple[str, str, float]]:
        """Yield (first, second, outcome), of a judge that grades by which score is higher."""
        name = self._judge.name
        if self._judge.is_pairwise:
            for bout in self._columns.bouts(name):
                if bout.outcome is not None:
                    yield bout.first, bout.second, bout.outcome
            return
        scores = {
            model: {(g.place, g.repeat): g.value for g in self._columns.grades(name, model)}
            for model in tuple(self._rows)[: _MOST_IN_MATRIX + 1]
        }
        for number, (first, its) in enumerate(scores.items()):
            for second in list(scores)[number + 1 :]:
                others = scores[second]
                for place, value in its.items():
                    if place in others:
                        yield first, second, score_outcome(value, others[place])

    def _shown(self, value: float) -> str:
        return _whole(value) if self._judge.is_pairwise else f"{value:.1f}"


def _places(summary: Summary) -> Iterator[Figure]:
    if not summary.place_biases:
        return
    rows = [
        (its.judge, tuple(getattr(its.bias, part) for part in _PLACES))
        for its in summary.place_biases
    ]
    title = "What becomes of a verdict when the answers change places"
    yield bars("position-bias", title, _PLACE_WORDS, rows)


def _percent(rate: Estimate | None) -> Estimate | None:
    """Return a share of wins in percent."""
    if rate is None:
        return None
    interval = None if rate.interval is None else (100 * rate.interval[0], 100 * rate.interval[1])
    return Estimate(100 * rate.value, rate.n, None, interval, rate.method, rate.dropped, rate.seed)


def _whole(value: float) -> str:
    return f"{value:.0f}"
