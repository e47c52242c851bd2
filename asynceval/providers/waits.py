"""How long a server asks to wait."""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_SECONDS = (
    ("retry-after-ms", 0.001),
    ("retry-after", 1.0),
    ("llm_provider-retry-after", 1.0),
)
# When an allowance is whole again, and what is left of it now.
_RESETS = (
    ("x-ratelimit-reset-requests", "x-ratelimit-remaining-requests"),
    ("x-ratelimit-reset-tokens", "x-ratelimit-remaining-tokens"),
    ("x-ratelimit-reset", "x-ratelimit-remaining"),
    ("anthropic-ratelimit-requests-reset", "anthropic-ratelimit-requests-remaining"),
    ("anthropic-ratelimit-tokens-reset", "anthropic-ratelimit-tokens-remaining"),
    ("anthropic-ratelimit-input-tokens-reset", "anthropic-ratelimit-input-tokens-remaining"),
    ("anthropic-ratelimit-output-tokens-reset", "anthropic-ratelimit-output-tokens-remaining"),
)
_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6}
_PART = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ms|us|µs|d|h|m|s)")
_IN_WORDS = re.compile(
    r"(?:try again|retry) (?:in|after) (?P<number>[0-9]{1,6}(?:\.[0-9]{1,9})?) seconds?"
    r"|(?:try again|retry) (?:in|after) (?P<parts>(?:[0-9]{1,6}(?:\.[0-9]{1,9})?(?:ms|d|h|m|s)){1,4})\b",
    re.IGNORECASE,
)
_LONGEST = 64
_FIRST_EPOCH = 1e9
_FIRST_EPOCH_MS = 1e12


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds that the response asks to wait, None if it does not say so usefully.

    Read in this order: `retry-after-ms`, `retry-after` (seconds or an HTTP date), and the header
    that proxies put the provider's own wait into. Negative and infinite waits are no use.
    """
    for name, unit in _SECONDS:
        value = headers.get(name)
        if value is None:
            continue
        try:
            seconds = float(value) * unit
        except ValueError:
            seconds = _until(value, now or datetime.now(UTC))
        if math.isfinite(seconds) and seconds >= 0:
            return seconds
    return None


def until_reset(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds until the allowance that is used up is whole again, None if unknown.

    Only for a response that asks to slow down: servers send these headers with every response. If
    they say what remains, an allowance counts only when nothing does; of several the longest wait.
    """
    remaining = [headers.get(left) for _, left in _RESETS]
    is_told = any(left is not None for left in remaining)
    moment = now or datetime.now(UTC)
    waits = [
        seconds
        for (name, _), left in zip(_RESETS, remaining, strict=True)
        if (not is_told or (left is not None and left.strip() == "0"))
        for seconds in _reset(headers.get(name, "").strip(), moment)
        if math.isfinite(seconds) and seconds > 0
    ]
    return max(waits, default=None)


def in_words(message: str, now: datetime | None = None) -> float | None:
    """Return the seconds that an error's message asks to wait ("retry in 6m0s"), None if none."""
    found = _IN_WORDS.search(message)
    if found is None:
        return None
    return float(found["number"]) if found["number"] else reset_seconds(found["parts"], now)


def reset_seconds(value: str, now: datetime | None = None) -> float | None:
    """Return the seconds until the moment that such a header names, None if it names none."""
    found = next(_reset(value.strip(), now or datetime.now(UTC)), None)
    return found if found is not None and math.isfinite(found) and found >= 0 else None


def _reset(value: str, now: datetime) -> Iterator[float]:
    """Yield the seconds in a duration ("6m0s"), a number of seconds, an epoch or an ISO date."""
    if len(value) > _LONGEST:  # the pattern's time grows with the square of a line of digits
        return
    parts = _PART.findall(value)
    if parts and "".join(number + unit for number, unit in parts) == value:
        yield sum(float(number) * _UNITS[unit] for number, unit in parts)
        return
    try:
        number = float(value)
    except ValueError:
        yield from _until_iso(value, now)
        return
    if number >= _FIRST_EPOCH_MS:
        number /= 1000
    yield number - now.timestamp() if number >= _FIRST_EPOCH else number


def _until_iso(value: str, now: datetime) -> Iterator[float]:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return
    yield (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()


def _until(date: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return math.nan
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())
