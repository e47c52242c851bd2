"""Check how a server's wish for a wait is read."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from asynceval.providers.waits import retry_after

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
