"""A question: what is asked, turn by turn."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """One conversation to hold with every target.

    `turns` are the user's texts in order. `reference` holds the answers shown to the judge, one
    per turn, and is empty when there are none. With `needs_reference` a model of the sweep writes
    them, and nothing is judged without. `temperature` is the file's
    `required_temperature`; None leaves the choice to the target and the category.
    """

    id: str
    category: str
    turns: tuple[str, ...]
    reference: tuple[str, ...] = ()
    temperature: float | None = None
    needs_reference: bool = False
