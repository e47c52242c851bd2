"""A jury: several judges of the sweep, whose verdicts on the same answers are taken together."""

from dataclasses import dataclass
from typing import Literal

JuryRule = Literal["mean", "median", "majority"]


@dataclass(frozen=True, slots=True)
class Jury:
    """What its judges make of an answer or of a game, by a rule, if at least `minimum` of them say.

    Nothing is asked for a jury: it is derived from its judges' verdicts. The mean and the median are
    for grades. A majority is more than half of the verdicts; games without one are ties.
    """

    name: str
    judges: tuple[str, ...]
    rule: JuryRule
    minimum: int
