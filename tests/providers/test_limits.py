"""Check what a server's headers say of its limit of requests."""

import pytest

from asynceval.providers.limits import Stated, stated


def headers(limit: object, remaining: object, reset: object) -> dict[str, str]:
    return {
        "x-ratelimit-limit-requests": str(limit),
        "x-ratelimit-remaining-requests": str(remaining),
        "x-ratelimit-reset-requests": str(reset),
    }


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (headers(600, 599, "59.9s"), 600.0),  # a window that moves along
        (headers(600, 300, "60s"), 600.0),
        (headers(3500, 3499, "17ms"), 3500.0),  # a bucket that refills
        (headers(600, 570, "3s"), 600.0),
        (headers(10_000, 9_999, "8.64s"), None),  # a day's
        (headers(14_400, 14_370, "2m59.56s"), None),
        (headers(600, 600, "0s"), None),  # nothing used tells nothing
    ],
)
def test_by_the_minute_or_not(told: dict[str, str], expected: float | None) -> None:
    """A limit is by the minute if the minute is told by how fast it comes back."""
    limit = stated(told)
    assert limit is not None
    assert limit.rpm == expected


def test_another_dialect() -> None:
    """The limit may be called by other names."""
    told = {
        "anthropic-ratelimit-requests-limit": "50",
        "anthropic-ratelimit-requests-remaining": "49",
        "anthropic-ratelimit-requests-reset": "1.2s",
    }
    assert stated(told) == Stated(50, 49, 1.2)


@pytest.mark.parametrize(
    "told",
    [
        {},
        headers("many", 3, "1s"),
        headers(3, "", "1s"),
        headers(3, 4, "1s"),
        headers(3, -1, "1s"),
        headers(3, 1, "soon"),
        headers(3, 1, ""),
        headers(3, 1, "nan"),
        headers("9" * 5000, 1, "1s"),
    ],
)
def test_what_cannot_be_read_is_no_limit(told: dict[str, str]) -> None:
    """Headers that make no sense are left aside."""
    assert stated(told) is None
