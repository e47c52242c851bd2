"""A verdict: what a judge's words come to."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Score:
    """A grade on the judge's scale. `flags` says what was unusual about how it was written.

    `mass` is the probability that a weighted mean of grades covers, None of a plain grade.
    """

    value: float
    flags: tuple[str, ...] = ()
    mass: float | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The better side of a pair, as shown to the judge.

    `preference` is the probability of A, a tie counting half, out of a `mass` that is covered; None
    where there are no probabilities.
    """

    winner: Literal["A", "B", "tie"]
    flags: tuple[str, ...] = ()
    mass: float | None = None
    preference: float | None = None


@dataclass(frozen=True, slots=True)
class Unparsed:
    """The words hold no usable verdict, and why not: a stable word for tables and counts."""

    reason: str


Verdict = Score | Choice | Unparsed

Rung = Literal["longer", "reformat", "fresh"]
"""What a judge is asked again whose words held no verdict (protocol/ladder.py)."""
