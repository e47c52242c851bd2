"""Check how a server's wish for a wait is read."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from asynceval.providers.waits import in_words, retry_after, until_reset

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "2"}, 2.0),
        ({"RETRY-AFTER": " 2.5 "}, 2.5),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "1e9"}, 1e9),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9.0),
        ({"retry-after": "-1", "llm_provider-retry-after": "4"}, 4.0),
        ({"llm_provider-retry-after": "4"}, 4.0),
        ({"retry-after": "Fri, 02 Jan 2026 03:05:05 GMT"}, 60.0),
        ({"retry-after": "Fri, 02 Jan 2026 04:05:05 +0100"}, 60.0),
        ({"retry-after": "Fri, 02 Jan 2026 03:05:05 -0000"}, 60.0),
        ({"retry-after": "Fri, 02 Jan 2026 03:00:00 GMT"}, 0.0),
        ({"retry-after": "Fri, 32 Jan 2026 03:00:00 GMT"}, None),
        ({"retry-after": "Fri, 02 Jan 2026 03:00:00 +99999999999999999999"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "-inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "1e999"}, None),
    ],
)
def test_the_wait(headers: dict[str, str], seconds: float | None) -> None:
    """The first header with a usable wait decides; what is none of these is no wait."""
    assert retry_after(CIMultiDict(headers), NOW) == seconds


@given(
    st.dictionaries(
        st.sampled_from(["retry-after-ms", "retry-after", "llm_provider-retry-after"]),
        st.text() | st.floats().map(str) | st.datetimes().map("{:%a, %d %b %Y %T GMT}".format),
    )
)
def test_any_header_is_a_wait_or_none(headers: dict[str, str]) -> None:
    """Whatever the headers hold, nothing is raised, and a wait is finite and not negative."""
    seconds = retry_after(headers)
    assert seconds is None or 0 <= seconds < float("inf")


RESETS = {
    "seconds": ("1s", 1.0),
    "minutes": ("6m0s", 360.0),
    "milliseconds": ("120ms", 0.12),
    "fraction": ("8.64s", 8.64),
    "hours": ("1h2m3.5s", 3723.5),
    "days": ("1d", 86400.0),
    "a number": ("12.5", 12.5),
    "epoch": (str(NOW.timestamp() + 60), 60.0),
    "epoch in ms": (str(int(NOW.timestamp() + 60) * 1000), 60.0),
    "ISO": ("2026-01-02T03:05:05Z", 60.0),
    "ISO elsewhere": ("2026-01-02T04:05:05+01:00", 60.0),
    "ISO without a zone": ("2026-01-02T03:05:05", 60.0),
    "a day": ("172800s", 172800.0),
    "past": ("2026-01-02T03:00:00Z", None),
    "past epoch": (str(NOW.timestamp() - 60), None),
    "now": ("0s", None),
    "zero": ("0", None),
    "negative": ("-1", None),
    "negative duration": ("-1s", None),
    "infinite": ("inf", None),
    "not a number": ("nan", None),
    "too large": ("1e400", None),
    "too long": ("1" * 60 + "s" + "1s" * 9, None),
    "half": ("6m0", None),
    "words": ("soon", None),
    "nothing": ("", None),
}


@pytest.mark.parametrize(("value", "seconds"), RESETS.values(), ids=RESETS.keys())
@pytest.mark.parametrize(
    "name",
    ["x-ratelimit-reset-requests", "X-RateLimit-Reset", "anthropic-ratelimit-tokens-reset"],
)
def test_a_reset_is_read_in_every_form(name: str, value: str, seconds: float | None) -> None:
    """Durations, seconds, epochs and dates; what is over or no time is no use."""
    got = until_reset(CIMultiDict({name: value}), NOW)
    assert got == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("requests", "tokens", "seconds"),
    [("0", "7", 1.0), ("7", "0", 360.0), ("0", "0", 360.0), ("7", "7", None), (None, "0", 360.0)],
)
def test_only_what_is_used_up_is_waited_for(
    requests: str | None, tokens: str, seconds: float | None
) -> None:
    """The one of which something remains is not what the server refused for."""
    headers = {
        "x-ratelimit-reset-requests": "1s",
        "x-ratelimit-reset-tokens": "6m0s",
        "x-ratelimit-remaining-tokens": tokens,
    }
    if requests is not None:
        headers["x-ratelimit-remaining-requests"] = requests
    assert until_reset(CIMultiDict(headers), NOW) == seconds


def test_the_longest_of_several_resets_counts() -> None:
    """Where the server does not say what is used up, the longer wait is the safe one."""
    headers = {"x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "2s"}
    assert until_reset(CIMultiDict(headers), NOW) == 2.0


@given(
    st.dictionaries(
        st.sampled_from(
            ["x-ratelimit-reset", "x-ratelimit-reset-tokens", "x-ratelimit-remaining-tokens"]
        ),
        st.text()
        | st.floats().map(str)
        | st.from_regex(r"([0-9]{1,400}(ms|s|m|h|d))+", fullmatch=True)
        | st.datetimes().map(str),
    )
)
def test_any_reset_is_a_wait_or_none(headers: dict[str, str]) -> None:
    """Whatever the headers hold, nothing is raised, and a wait is finite and positive."""
    seconds = until_reset(headers)
    assert seconds is None or 0 < seconds < float("inf")


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("Please try again in 20s.", 20.0),
        ("Please try again in 7.66s. Visit us", 7.66),
        ("Please try again in 120ms.", 0.12),
        ("please try again in 1h2m3s", 3723.0),
        ("Please retry after 20 seconds.", 20.0),
        ("Please retry after 1 second.", 1.0),
        ("Please retry in 34.07s.", 34.07),
        ("Please try again in a while", None),
        ("try again in 5 minds", None),
        ("try again in 5", None),
        ("we retry in " + "9" * 400 + "s", None),
        ("", None),
    ],
)
def test_a_wait_in_words(message: str, seconds: float | None) -> None:
    """Some servers say when to come back in the message alone."""
    assert in_words(message) == seconds
