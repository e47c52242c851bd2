"""Aliases: under which names a server may answer for the model that it was asked for."""

import re

_DATE = re.compile(r"[-@:](?:\d{4}-\d\d-\d\d|\d\d-\d\d(?:\d\d)?|\d{3,8})")


def is_alias(asked: str, answered: str) -> bool:
    """Whether a server that was asked for one name and answers with another means the same model.

    So it is if they are equal, but for case and for folders before them, or if only a date or a
    revision is added: `gpt-4o-2024-08-06` for `gpt-4o` or `gpt-4o-latest`. `gpt-4o-mini` is another.
    A tag `:latest` says nothing, and one that the answer leaves out is how it is served (`:free`).
    """
    one, other = (name.rpartition("/")[2].casefold() for name in (asked, answered))
    if ":" not in other:
        one = one.partition(":")[0]
    one, other = one.removesuffix(":latest"), other.removesuffix(":latest")
    if one == other:
        return True
    stem = one.removesuffix("-latest")
    return other.startswith(stem) and _DATE.fullmatch(other, len(stem)) is not None


def is_own(name: str, wire: str, answered: str) -> bool:
    """Whether a server means a model of the sweep by the name that it answers with.

    That may be its name on the wire, or its name in the sweep, since a deployment may be called anything.
    What a matrix adds to that stands after a space.
    """
    return is_alias(wire, answered) or is_alias(name.partition(" ")[0], answered)
