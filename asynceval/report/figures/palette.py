"""The palette: every colour of the report, for light and for dark, readable without telling red from green."""

from collections.abc import Iterator, Mapping
from typing import Final

_LIGHT: Final = {
    "paper": "#ffffff",
    "panel": "#f6f7f9",
    "line": "#d5dae1",
    "ink": "#1b2129",
    "soft": "#57606c",
    "accent": "#1f5fa0",
    "warn": "#8a4b00",
    "warn-paper": "#fff6e5",
}
_DARK: Final = {
    "paper": "#14181d",
    "panel": "#1d232a",
    "line": "#39424d",
    "ink": "#e8ebef",
    "soft": "#a6b0bc",
    "accent": "#7db7f0",
    "warn": "#f0b864",
    "warn-paper": "#2c2416",
}
# The hues of Okabe and Ito, which stay apart in all kinds of colour blindness, in two lightnesses.
_SERIES_LIGHT = ("#0072b2", "#d55e00", "#00805d", "#b0568a", "#a36a00", "#3b3f46")
_SERIES_DARK = ("#56b4e9", "#f08a3c", "#2fc39a", "#e29cc4", "#e6b422", "#c9ced6")
_RISING_LIGHT = ("#f1f5fa", "#dfe9f4", "#c9dbee", "#aecae4", "#8db5d9", "#699dcb", "#4682b9", "#2a659f", "#154a80")  # fmt: skip
_RISING_DARK = ("#1b222b", "#1d2c3b", "#1f384e", "#224663", "#27567b", "#316a95", "#4681ae", "#669dc8", "#8fbde2")  # fmt: skip
_PARTED_LIGHT = ("#b35806", "#d68232", "#efb06c", "#f8dbb9", "#f1f2f3", "#cfe0f0", "#93bce0", "#4a8cc7", "#1f5fa0")  # fmt: skip
_PARTED_DARK = ("#e8954b", "#bb732f", "#875627", "#553d24", "#2a2f35", "#24405c", "#2b5b88", "#3d80bd", "#6fafe8")  # fmt: skip

_BLACK, _WHITE = "#0b0e12", "#ffffff"

STEPS: Final = 9
"""How many shades a scale has."""
SERIES: Final = len(_SERIES_LIGHT)
"""How many lines can be told apart by their colour."""


def light() -> Mapping[str, str]:
    """Return the colours by name, for a light page and for paper."""
    return dict(_named(_LIGHT, _SERIES_LIGHT, _RISING_LIGHT, _PARTED_LIGHT))


def dark() -> Mapping[str, str]:
    """Return the colours by name, for a dark page."""
    return dict(_named(_DARK, _SERIES_DARK, _RISING_DARK, _PARTED_DARK))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.1)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _named(
    plain: Mapping[str, str],
    series: tuple[str, ...],
    rising: tuple[str, ...],
    parted: tuple[str, ...],
) -> Iterator[tuple[str, str]]:
    """Yield all colours; each shade comes with that of the text on it, black or white."""
    yield from plain.items()
    for number, colour in enumerate(series):
        yield f"series-{number}", colour
    for name, shades in (("rising", rising), ("parted", parted)):
        for number, colour in enumerate(shades):
            yield f"{name}-{number}", colour
            is_dark = contrast(_WHITE, colour) > contrast(_BLACK, colour)
            yield f"on-{name}-{number}", _WHITE if is_dark else _BLACK


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
