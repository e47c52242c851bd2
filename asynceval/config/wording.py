"""What is wrong with a key, in our words; pydantic's may repeat the value."""

from collections.abc import Mapping
from typing import Any

_KINDS: Mapping[str, str] = {
    "string_type": 'must be a text: quote it, as in "..."',
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "finite_number": "must be a finite number",
    "list_type": "must be a list",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "string_too_short": "is empty",
    "too_short": "is empty",
}
_BOUNDS: Mapping[str, tuple[str, str]] = {
    "greater_than": ("must be above", "gt"),
    "greater_than_equal": ("must be at least", "ge"),
    "less_than_equal": ("must be at most", "le"),
}
_ABSENT: Mapping[str, str] = {
    "models": "is missing: at least one [[models]] table is needed",
    "endpoints": "is missing: at least one [endpoints.NAME] table is needed",
    "benchmark": 'is missing: a [benchmark] table with questions = "..." is needed',
}


def message(kind: str, last: str, context: Mapping[str, Any]) -> str:
    """Return what an error of this kind says about the key `last`."""
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        allowed = str(context["expected"]).replace("'", '"')
        return f"must be {allowed}"
    if kind in _BOUNDS:
        words, bound = _BOUNDS[kind]
        return f"{words} {context[bound]:g}"
    if kind == "missing":
        return _ABSENT.get(last, "is missing")
    if kind == "list_type" and last in {"models", "judges"}:
        return f"must be written [[{last}]], with two brackets"
    return _KINDS.get(kind, "cannot be understood")
