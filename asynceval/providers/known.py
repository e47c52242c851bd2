"""What is known of models that think: which settings they refuse, by their names. Data, not code.

A row is what the vendor documents. `reasoning = true` or `false` in the config decides where a name
says nothing, such as that of a deployment; what no row knows, the endpoint refuses by name.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from asynceval.domain.call import Call


@dataclass(frozen=True, slots=True)
class Known:
    """Models by the pattern of the last part of their names, in small letters.

    `is_sampled` is false if they refuse a temperature, so that of a category is not sent; a top_p is
    there only if somebody set it, and is. `is_adaptive` is true if they decide for themselves how long to
    think and take an effort in words for it.
    """

    names: str
    is_sampled: bool = True
    is_adaptive: bool = False


TABLE = (
    # OpenAI: "Using reasoning models" and the parameters of each model.
    Known(r"gpt-5[\w.]*-chat.*"),
    Known(r"o[1-9]\b.*|gpt-[5-9].*|codex-.*", is_sampled=False),
    # Anthropic: "Adaptive thinking" and the migration guides.
    Known(r"claude-(?:opus|sonnet)-4-6\b.*", is_adaptive=True),
    Known(
        r"claude-opus-4-[7-9]\b.*|claude-[a-z]+-(?:[5-9]\b.*|preview)",
        is_sampled=False,
        is_adaptive=True,
    ),
)
_PLAIN = Known("")
_THINKING = Known("", is_sampled=False)


def known(call: Call) -> Known:
    """Return what is known of the model that a call asks."""
    found = _row(call.wire)
    match call.sampling.settings.reasoning:
        case True:
            return _THINKING if found.is_sampled else found
        case False:
            return _PLAIN
    return found


@lru_cache(maxsize=1000)  # a sweep asks few models very often
def _row(wire: str) -> Known:
    name = wire.lower().rpartition("/")[2]
    return next((row for row in TABLE if re.fullmatch(row.names, name)), _PLAIN)
