"""A rubric: what a judge goes by in some categories, and the scale of its grades."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """The grades there are: numbers from lowest to highest, or labels, the worst first.

    A label counts as its place, from 0: of "fail" and "pass" the mean is the share that passed.
    """

    lowest: float = 1
    highest: float = 10
    labels: tuple[str, ...] = ()

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the greatest grade as numbers."""
        return (0.0, len(self.labels) - 1.0) if self.labels else (self.lowest, self.highest)

    def __str__(self) -> str:
        """Return the scale as a prompt shows it: `1-5`, or `fail | pass`."""
        return " | ".join(self.labels) or f"{self.lowest:g}-{self.highest:g}"


TEN = Scale()
"""From 1 to 10, as in MT-Bench: the scale where there is no rubric."""


@dataclass(frozen=True, slots=True)
class Rubric:
    """A table of grades in words, for the categories named; for all that have no other if none is."""

    name: str
    text: str
    scale: Scale
    categories: tuple[str, ...] = ()
