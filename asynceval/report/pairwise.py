"""Pairwise results: what each judge makes of each model beside the others, and of places."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from asynceval.domain.sweep import Judge
from asynceval.protocol.conversation import Plan
from asynceval.report.columns import Bout, Columns
from asynceval.report.ranks import Rank, ranked
from asynceval.report.standings import Missing, missing
from asynceval.stats.baseline import against_baseline
from asynceval.stats.bootstrap import bootstrap_share
from asynceval.stats.estimate import Estimate
from asynceval.stats.games import Games, games
from asynceval.stats.outcomes import Record, record
from asynceval.stats.position_bias import PositionBias, position_bias
from asynceval.stats.ratings import ORIGIN, Ratings, ratings
from asynceval.stats.ratings import bootstrap_ratings as bootstrapped
from asynceval.stats.spots import Spot

_ROUNDS = 1000


@dataclass(frozen=True, slots=True)
class PairStanding:
    """One model's pairs as one judge sees them.

    `record` counts pairs: who wins both games wins the pair. `expected` is how many pairs there would
    be; `missing` tells of games without a verdict, by ending. `categories` are adjusted win rates. `rating` is in Elo points: the baseline,
    or else the mean, has 1000. `unflagged` is the adjusted win rate without the `flagged` pairs, in which
    the judge saw an answer that imitates one.
    """

    judge: str
    model: str
    record: Record
    expected: int
    missing: tuple[Missing, ...]
    rating: Estimate | None
    categories: Mapping[str, Estimate | None]
    rank: Rank | None = None
    unflagged: Estimate | None = None
    flagged: int = 0


@dataclass(frozen=True, slots=True)
class PlaceBias:
    """How a judge's verdicts depend on who is shown first; pairs that lack a game are left out."""

    judge: str
    bias: PositionBias


def pair_standings(plan: Plan, columns: Columns) -> tuple[PairStanding, ...]:
    """Return the standings judge by judge, the best first; a baseline has none of its own."""
    return tuple(
        standing
        for judge in plan.sweep.judges
        if judge.is_pairwise
        for standing in _ranked(judge, columns)
    )


def place_biases(plan: Plan, columns: Columns) -> tuple[PlaceBias, ...]:
    """Return how much each judge that saw both orders looks at places."""
    return tuple(
        PlaceBias(judge.name, position_bias(bout.verdicts for bout in bouts if bout.is_whole))
        for judge in plan.sweep.judges
        if judge.orders == "both" and (bouts := columns.bouts(judge.name))
    )


def _ranked(judge: Judge, columns: Columns) -> list[PairStanding]:
    bouts = columns.bouts(judge.name)
    won, parts = _won(bouts), _parts(bouts)
    names = columns.categories(judge.name)
    rated = _rated(bouts) if judge.baseline is None else _beside(judge.baseline, won)
    unflagged = _won(bout for bout in bouts if not bout.is_flagged)
    found = []
    for model, rows in won.items():
        if model == judge.baseline:
            continue
        whole, kept = _record(rows), unflagged.get(model, [])
        found.append(
            PairStanding(
                judge.name,
                model,
                whole,
                len(rows),
                missing(columns.endings[judge.name, model]),
                rated.get(model),
                {name: bootstrap_share(parts[model, name]) for name in names},
                unflagged=(whole if len(kept) == len(rows) else _record(kept)).adjusted,
                flagged=len(rows) - len(kept),
            )
        )
    found.sort(key=_order)
    ranks = ranked(
        {
            row.model: [(spot, value) for spot, value in won[row.model] if value is not None]
            for row in found
        }
    )
    return [replace(row, rank=ranks.get(row.model)) for row in found]


_Won = list[tuple[Spot, float | None]]
"""What each of a model's pairs came to."""


def _won(bouts: Iterable[Bout]) -> Mapping[str, _Won]:
    """Return what each model's pairs came to."""
    won: defaultdict[str, _Won] = defaultdict(list)
    for bout in bouts:
        place, outcome = bout.place, bout.outcome
        won[bout.first].append((place.spot(bout.second), outcome))
        won[bout.second].append((place.spot(bout.first), None if outcome is None else 1 - outcome))
    return won


def _parts(bouts: Iterable[Bout]) -> defaultdict[tuple[str, str], list[tuple[str, float]]]:
    """Return by model and category the question and the outcome of each pair that has one."""
    parts: defaultdict[tuple[str, str], list[tuple[str, float]]] = defaultdict(list)
    for bout in bouts:
        place, outcome = bout.place, bout.outcome
        if outcome is not None:
            parts[bout.first, place.category].append((place.question, outcome))
            parts[bout.second, place.category].append((place.question, 1 - outcome))
    return parts


def _record(rows: _Won) -> Record:
    return record((spot.question, outcome) for spot, outcome in rows)


def _beside(baseline: str, won: Mapping[str, _Won]) -> Mapping[str, Estimate]:
    """Return the ratings of models that met the baseline only: the closed form needs no fit."""
    found: dict[str, Estimate] = {}
    for model, rows in won.items():
        above = against_baseline((s.question, value) for s, value in rows if value is not None)
        if above is not None and model != baseline:
            ends = above.interval and (ORIGIN + above.interval[0], ORIGIN + above.interval[1])
            found[model] = replace(above, value=ORIGIN + above.value, interval=ends)
    return found


def bootstrap_ratings(judge: Judge, columns: Columns) -> Mapping[str, Estimate]:
    """Return the ratings of a pairwise judge with intervals from a bootstrap over questions.

    They say by another way what the intervals of the standings say; many models take some seconds.
    """
    return _known(bootstrapped(_games(columns.bouts(judge.name)), judge.baseline, rounds=_ROUNDS))


def _rated(bouts: Iterable[Bout]) -> Mapping[str, Estimate]:
    return _known(ratings(_games(bouts)))


def _known(found: Ratings | None) -> Mapping[str, Estimate]:
    if found is None:
        return {}
    values = zip(found.models, found.values, strict=True)
    return {model: value for model, value in values if value is not None}


def _games(bouts: Iterable[Bout]) -> Games:
    return games(
        (bout.place.question, bout.first, bout.second, bout.outcome)
        for bout in bouts
        if bout.outcome is not None
    )


def _order(standing: PairStanding) -> tuple[float, str]:
    adjusted = standing.record.adjusted
    return (-adjusted.value if adjusted else float("inf"), standing.model)
