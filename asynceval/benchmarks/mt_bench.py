"""MT-Bench's rules as data: temperature by category, and which categories need references.

Source: FastChat at 0e6d3e4b, `fastchat/llm_judge/common.py` (`temperature_config`,
`NEED_REF_CATS`).
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from asynceval.domain.errors import ConfigError, Problem
from asynceval.domain.question import Question
from asynceval.domain.secret import shown

TEMPERATURES: Final[Mapping[str, float]] = MappingProxyType(
    {
        "writing": 0.7,
        "roleplay": 0.7,
        "extraction": 0.0,
        "math": 0.0,
        "coding": 0.0,
        "reasoning": 0.0,
        "stem": 0.1,
        "humanities": 0.1,
        "arena-hard-200": 0.0,
    }
)
"""The sampling temperature of a category: FastChat's `temperature_config`."""

DEFAULT_TEMPERATURE: Final = 0.7
"""For any other category: the default in FastChat's `gen_api_answer.py`."""

REFERENCE_CATEGORIES: Final = frozenset({"math", "reasoning", "coding"})
"""Categories whose judge is shown a reference answer: MT-Bench's part of `NEED_REF_CATS`."""


def temperature(category: str) -> float:
    """Return the temperature at which a question of this category is answered."""
    return TEMPERATURES.get(category, DEFAULT_TEMPERATURE)


def select(
    questions: tuple[Question, ...], categories: Collection[str] = (), limit: int | None = None
) -> tuple[Question, ...]:
    """Keep the questions of some categories (all, if none is named), then the first `limit`.

    Raises ConfigError for a category that no question has.
    """
    known = list(dict.fromkeys(question.category for question in questions))
    unknown = [category for category in dict.fromkeys(categories) if category not in known]
    if unknown:
        raise ConfigError(*(_unknown(category, known) for category in unknown))
    kept = [q for q in questions if not categories or q.category in categories]
    return tuple(kept[:limit])


def attach(
    questions: tuple[Question, ...],
    references: Mapping[str, tuple[str, ...]],
    categories: Collection[str] = REFERENCE_CATEGORIES,
) -> tuple[Question, ...]:
    """Give each question of these categories its reference answer, and the others none."""
    return tuple(
        replace(q, reference=references.get(q.id, ()) if q.category in categories else ())
        for q in questions
    )


def missing(
    questions: tuple[Question, ...], categories: Collection[str] = REFERENCE_CATEGORIES
) -> tuple[str, ...]:
    """Return the ids that need a reference answer to every turn and have fewer."""
    return tuple(
        q.id for q in questions if q.category in categories and len(q.reference) < len(q.turns)
    )


def _unknown(category: str, known: list[str]) -> Problem:
    near = get_close_matches(category, known, n=1)
    hint = f"; did you mean {near[0]}?" if near else "."
    listed = ", ".join(known)
    return Problem(
        f"{shown(category)}: no question has this category{hint} Known: {listed}", key="categories"
    )
