"""Lenient reading of JSON that is not quite: half characters, and numbers that JSON has not."""

import json
import re
from typing import Any

import orjson

_HALF = re.compile("[\ud800-\udfff]")


def piece(text: bytes) -> tuple[Any, bool]:
    """Parse a part of a whole, and say whether the whole has to be mended. Raises ValueError.

    NaN and infinities become null; half characters stay, since the other half may be in the next part.
    """
    try:
        return orjson.loads(text), False
    except ValueError:
        try:
            return json.loads(text, parse_constant=lambda _: None), True
        except RecursionError as error:
            raise ValueError("nested too deep") from error


def mended(parsed: Any) -> tuple[Any, tuple[str, ...]]:
    """Return JSON whose halves of characters are put together; one alone becomes U+FFFD, and a flag."""
    text = json.dumps(parsed)
    try:
        return orjson.loads(text), ()
    except ValueError:
        clean = _HALF.sub("\N{REPLACEMENT CHARACTER}", json.dumps(parsed, ensure_ascii=False))
        return orjson.loads(clean), ("surrogate",)


def whole(text: bytes) -> tuple[Any, tuple[str, ...]]:
    """Parse a body, and return the flags of what was done to it. Raises ValueError."""
    parsed, is_odd = piece(text)
    return mended(parsed) if is_odd else (parsed, ())
