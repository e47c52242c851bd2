"""Aliases: under which names a server may answer for the model that it was asked for."""

import re

_DATE = re.compile(r"[-@:](?:\d{4}-\d\d-\d\d|\d\d-\d\d(?:\d\d)?|\d{3,8})")


def is_alias(asked: str, answered: str) -> bool:
    """Whether a server that was asked for one name and answers with another means the same model.

    So it is if they are equal, but for case and for folders before them, or if only a date or a
    revision is added: `gpt-4o-2024-08-06` for `gpt-4o` or `gpt-4o-latest`. `gpt-4o-mini` is another.
    """
    one, other = (name.rpartition("/")[2].casefold() for name in (asked, answered))
    if one == other:
        return True
    stem = one.removesuffix("-latest")
    return other.startswith(stem) and _DATE.fullmatch(other, len(stem)) is not None
