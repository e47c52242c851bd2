"""A template of a request: JSON with placeholders, and the places of a response."""

import re
from collections.abc import Mapping
from typing import Any, Final

PLACEHOLDERS: Final = (
    "model",
    "messages",
    "prompt",
    "system",
    "temperature",
    "max_tokens",
    "top_p",
    "seed",
    "stop",
    "effort",
)
PLACEHOLDER: Final = re.compile(r"\{(" + "|".join(PLACEHOLDERS) + r")\}")


def filled(template: Any, values: Mapping[str, Any]) -> Any:
    """Return a template with values in its placeholders.

    A text that is just a placeholder becomes the value itself, number, list or text. A field whose
    value is None is left out, and so is a table that is empty for that reason.
    """
    match template:
        case dict():
            fields = {name: filled(inner, values) for name, inner in template.items()}
            return {
                name: value
                for name, value in fields.items()
                if value is not None and not (value == {} and template[name])
            }
        case list():
            items = (filled(inner, values) for inner in template)
            return [item for item in items if item is not None]
        case str():
            if whole := PLACEHOLDER.fullmatch(template):
                return values[whole[1]]
            return PLACEHOLDER.sub(lambda found: _written(values[found[1]]), template)
    return template


def found(parsed: Any, place: str) -> Any:
    """Return what is at a place, as in `choices.0.text`. LookupError or TypeError if nothing is."""
    for part in place.split("."):
        parsed = (
            parsed[int(part)] if isinstance(parsed, list) and part.isdecimal() else parsed[part]
        )
    return parsed


def _written(value: Any) -> str:
    return "" if value is None else str(value)
