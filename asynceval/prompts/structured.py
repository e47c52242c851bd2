"""Verdicts as JSON: what is asked for, and reading it."""

import json
import re
from collections.abc import Iterator
from typing import Any

from asynceval.domain.rubric import Scale
from asynceval.domain.verdict import Choice, Score, Unparsed
from asynceval.prompts.verdicts import spoken

_MOST_BRACES = 64
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_FORM = (
    "\n\nInstead of the last line that is described above, give your whole reply as one JSON object "
    'and nothing else: {{"explanation": "your reasons in a few sentences", {verdict}}}'
)


def structured(scale: Scale | None) -> str:
    """Return what is added to a prompt, so that a grade on the scale, or a choice, comes as JSON."""
    if scale is None:
        return _FORM.format(verdict='"verdict": "A", "B" or, for a tie, "C"')
    grades = ", ".join(f'"{label}"' for label in scale.labels)
    return _FORM.format(
        verdict=f'"rating": one of {grades}' if grades else f'"rating": a number of {scale}'
    )


def read_object(text: str, scale: Scale | None) -> Score | Choice | Unparsed | None:
    """Return the verdict in the last JSON object of a judge's words that has one.

    It may stand alone, in a fenced block, or among other words; reasoning is dropped. None if there
    is no such object: the words may hold a verdict in another form.
    """
    for found in _objects(spoken(text)):
        if scale is None and "verdict" in found:
            return _choice(found["verdict"])
        if scale is not None and "rating" in found:
            return _grade(found["rating"], scale)
    return None


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects in a text that stand in no other, the last first, a few braces back."""
    decoder = json.JSONDecoder()
    found: list[tuple[int, dict[str, Any]]] = []
    start = len(text)
    for _ in range(_MOST_BRACES):
        start = text.rfind("{", 0, start)
        if start < 0:
            break
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        while found and found[-1][0] <= end:
            found.pop()
        found.append((end, value))
    yield from (value for _, value in found)


def _choice(value: object) -> Choice | Unparsed:
    match value.strip().upper() if isinstance(value, str) else None:
        case "A":
            return Choice("A")
        case "B":
            return Choice("B")
        case "C" | "TIE":
            return Choice("tie")
    return Unparsed("no_verdict")


def _grade(value: object, scale: Scale) -> Score | Unparsed:
    if scale.labels:
        places = {label.casefold(): place for place, label in enumerate(scale.labels)}
        place = places.get(value.strip().casefold()) if isinstance(value, str) else None
        return Unparsed("out_of_range") if place is None else Score(place)
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Unparsed("no_verdict")
    if not scale.lowest <= value <= scale.highest:
        return Unparsed("out_of_range")
    return Score(float(value), () if float(value).is_integer() else ("fractional",))
