"""Numbers as they are shown to people, on a terminal and on the page alike."""

from typing import Final

from asynceval.stats.estimate import Estimate

UNDEFINED: Final = "–"


def number(value: float | None, form: str = ".2f") -> str:
    """Return a number in a format of Python's, or the dash of what is not defined."""
    return UNDEFINED if value is None else f"{value:{form}}"


def value(its: Estimate | None, form: str = ".2f") -> str:
    """Return the value of an estimate."""
    return number(None if its is None else its.value, form)


def interval(its: Estimate | None, form: str = ".2f", between: str = " to ") -> str:
    """Return the interval of an estimate."""
    if its is None or its.interval is None:
        return UNDEFINED
    return between.join(f"{end:{form}}" for end in its.interval)


def percent(its: Estimate | None) -> str:
    """Return an estimated share in percent."""
    return UNDEFINED if its is None else f"{100 * its.value:.1f} %"


def percents(its: Estimate | None, between: str = " to ") -> str:
    """Return the interval of a share in percent, without the sign."""
    if its is None or its.interval is None:
        return UNDEFINED
    return between.join(f"{100 * end:.1f}" for end in its.interval)


def p_value(value: float | None) -> str:
    """Return a p-value to three digits."""
    return "< 0.001" if value is not None and value < 0.001 else number(value, ".3f")
