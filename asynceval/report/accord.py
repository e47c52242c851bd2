"""Accord: how often people and judges agree, in rows of turn, setup and the two kinds of judges."""

from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final, Literal, get_args

from asynceval.domain.family import family_of
from asynceval.report.grounds import estimate
from asynceval.stats.agreement import (
    Agreement,
    Comparison,
    Item,
    Setup,
    Winner,
    agreement,
    among,
    between,
)
from asynceval.stats.estimate import Estimate
from asynceval.stats.kappa import cohen
from asynceval.stats.self_preference import gain_beside_votes

HUMAN: Final = "human"
By = Literal["category", "pair"]
Verdicts = Mapping[Item, Winner]


@dataclass(frozen=True, slots=True)
class Accord:
    """The agreement of two kinds of judges on one turn, or on a part of it: a category or two models.

    `kappa` is Cohen's, of the same comparisons; None among people, who have no fixed two sides. `gain` is
    by how much more a judge's own family wins against others than by people's votes, None if there is none.
    """

    turn: int
    part: str | None
    setup: Setup
    judges: tuple[str, str]
    found: Agreement
    kappa: float | None
    gain: Estimate | None

    def document(self, by: By | None) -> dict[str, Any]:
        """Return it as plain values."""
        ratio = self.found.ratio
        return {
            "turn": self.turn,
            **({} if by is None else {by: self.part}),
            "setup": self.setup,
            "judges": list(self.judges),
            "total": self.found.total,
            "agree": self.found.agree,
            "ratio": ratio and ratio.value,
            "ci": ratio and ratio.interval,
            "dropped": ratio.dropped if ratio else 0,
            "kappa": self.kappa,
            "own_family_gain": self.gain and estimate(self.gain),
        }


def accords(
    people: Mapping[Item, Mapping[str, Winner]],
    judges: Mapping[str, Verdicts],
    by: By | None = None,
    categories: Mapping[str, str] | None = None,
    *,
    among_judges: bool = False,
    own: Mapping[str, Container[str]] | None = None,
) -> tuple[Accord, ...]:
    """Return the agreement of each judge with people, of people with each other, and maybe of two judges.

    People's votes are by their names; who is among the judges too is not compared with the own vote. By
    turn and setup, and by a question's category or the two models if asked for. `own` are the models of
    a judge's family, which names tell where it is not given.
    """

    def key(item: Item) -> tuple[int, str | None]:
        match by:
            case "category":
                return item.turn, (categories or {}).get(item.question, "unknown")
            case "pair":
                return item.turn, f"{item.first} / {item.second}"
            case _:
                return item.turn, None

    own = {**_by_names(people, judges), **(own or {})}
    rows = [
        accord
        for names, comparisons in _kinds(people, judges, among_judges=among_judges)
        for setup in get_args(Setup)
        for accord in _accords(names, comparisons, setup, key, own)
    ]
    return tuple(sorted(rows, key=lambda row: (row.turn, row.part or "", row.setup)))


def _kinds(
    people: Mapping[Item, Mapping[str, Winner]],
    judges: Mapping[str, Verdicts],
    *,
    among_judges: bool,
) -> Iterator[tuple[tuple[str, str], tuple[Comparison, ...]]]:
    for name, verdicts in judges.items():
        others = {
            item: [vote for who, vote in cast.items() if who != name]
            for item, cast in people.items()
        }
        yield (name, HUMAN), between(verdicts, others)
    yield (HUMAN, HUMAN), among({item: tuple(cast.values()) for item, cast in people.items()})
    for one, other in combinations(judges, 2) if among_judges else ():
        votes = {item: (winner,) for item, winner in judges[other].items()}
        yield (one, other), between(judges[one], votes)


def _accords(
    names: tuple[str, str],
    comparisons: Sequence[Comparison],
    setup: Setup,
    key: Callable[[Item], tuple[int, str | None]],
    own: Mapping[str, Container[str]],
) -> Iterator[Accord]:
    parts: defaultdict[tuple[int, str | None], list[Comparison]] = defaultdict(list)
    for row in comparisons:
        parts[key(row.item)].append(row)
    for (turn, part), rows in parts.items():
        kept = [row for row in rows if setup == "S1" or "tie" not in (row.one, row.other)]
        kappa = None
        if names != (HUMAN, HUMAN):
            kappa = cohen((row.one, row.other) for row in kept)
        gain = gain_beside_votes(kept, own.get(names[0], ())) if names[1] == HUMAN else None
        yield Accord(turn, part, setup, names, agreement(rows, setup), kappa, gain)


def _by_names(
    people: Mapping[Item, object], judges: Mapping[str, object]
) -> Mapping[str, Container[str]]:
    families = {name: family_of(name) for item in people for name in (item.first, item.second)}
    return {
        judge: {name for name, family in families.items() if family and family == family_of(judge)}
        for judge in judges
    }
