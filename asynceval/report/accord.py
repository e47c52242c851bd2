"""Accord: how often people and judges agree, in rows of turn, setup and the two kinds of judges."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final, Literal, get_args

from asynceval.stats.agreement import (
    Agreement,
    Comparison,
    Item,
    Setup,
    Winner,
    agreement_by,
    among,
    between,
)
from asynceval.stats.kappa import cohen

HUMAN: Final = "human"
By = Literal["category", "pair"]
Verdicts = Mapping[Item, Winner]


@dataclass(frozen=True, slots=True)
class Accord:
    """The agreement of two kinds of judges on one turn, or on a part of it: a category or two models.

    `kappa` is Cohen's, of the same comparisons; None among people, who have no fixed two sides.
    """

    turn: int
    part: str | None
    setup: Setup
    judges: tuple[str, str]
    found: Agreement
    kappa: float | None

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
        }


def accords(
    people: Mapping[Item, Sequence[Winner]],
    judges: Mapping[str, Verdicts],
    by: By | None = None,
    categories: Mapping[str, str] | None = None,
) -> tuple[Accord, ...]:
    """Return the agreement of each judge with people, of people with each other, and of two judges.

    By turn and setup, and by a question's category or the two models if asked for.
    """

    def key(item: Item) -> tuple[int, str | None]:
        match by:
            case "category":
                return item.turn, (categories or {}).get(item.question, "unknown")
            case "pair":
                return item.turn, f"{item.first} / {item.second}"
            case _:
                return item.turn, None

    rows = [
        accord
        for names, comparisons in _kinds(people, judges)
        for setup in get_args(Setup)
        for accord in _accords(names, comparisons, setup, key)
    ]
    return tuple(sorted(rows, key=lambda row: (row.turn, row.part or "", row.setup)))


def _kinds(
    people: Mapping[Item, Sequence[Winner]], judges: Mapping[str, Verdicts]
) -> Iterator[tuple[tuple[str, str], tuple[Comparison, ...]]]:
    for name, verdicts in judges.items():
        yield (name, HUMAN), between(verdicts, people)
    yield (HUMAN, HUMAN), among(people)
    for one, other in combinations(judges, 2):
        votes = {item: (winner,) for item, winner in judges[other].items()}
        yield (one, other), between(judges[one], votes)


def _accords(
    names: tuple[str, str],
    comparisons: Sequence[Comparison],
    setup: Setup,
    key: Callable[[Item], tuple[int, str | None]],
) -> Iterator[Accord]:
    for (turn, part), found in agreement_by(comparisons, key, setup).items():
        kept = [
            (row.one, row.other)
            for row in comparisons
            if key(row.item) == (turn, part)
            and (setup == "S1" or "tie" not in (row.one, row.other))
        ]
        kappa = None if names == (HUMAN, HUMAN) else cohen(kept)
        yield Accord(turn, part, setup, names, found, kappa)
