"""Check what each kind of failure calls for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynceval.domain.failure import Cause
from asynceval.providers.signal import Action, classify

HALT = Action.HALT_ENDPOINT


@pytest.mark.parametrize(
    ("status", "cause", "action"),
    [
        (401, Cause.AUTH, HALT),
        (403, Cause.AUTH, HALT),
        (402, Cause.QUOTA, HALT),
        (413, Cause.CONTEXT_LENGTH, Action.GIVE_UP),
        (429, Cause.RATE, Action.SLOW_DOWN),
        (529, Cause.RATE, Action.SLOW_DOWN),
        *((status, Cause.CONFIG, HALT) for status in (301, 302, 303, 307, 308, 404, 405)),
        *((status, Cause.SERVER, Action.RETRY) for status in (408, 409, 425)),
        *((status, Cause.SERVER, Action.RETRY) for status in (500, 502, 503, 504)),
        *((status, Cause.SERVER, Action.RETRY) for status in (520, 521, 522, 523, 524, 599)),
        *((status, Cause.REQUEST, Action.GIVE_UP) for status in (400, 418, 422, 501, 505)),
    ],
)
def test_by_status(status: int, cause: Cause, action: Action) -> None:
    """Without a word in the body, the status decides."""
    assert classify(status, "something odd") == (cause, action)


@pytest.mark.parametrize(
    ("status", "codes", "cause", "action"),
    [
        (429, "insufficient_quota you exceeded your current quota", Cause.QUOTA, HALT),
        (429, "billing_hard_limit_reached", Cause.QUOTA, HALT),
        (400, "context_length_exceeded", Cause.CONTEXT_LENGTH, Action.GIVE_UP),
        (
            400,
            "this model's maximum context length is 8192 tokens",
            Cause.CONTEXT_LENGTH,
            Action.GIVE_UP,
        ),
        (400, "exceeds the available context size", Cause.CONTEXT_LENGTH, Action.GIVE_UP),
        (400, "content_filter", Cause.FILTERED, Action.GIVE_UP),
        (403, "content_policy_violation", Cause.FILTERED, Action.GIVE_UP),
        (404, "model_not_found", Cause.CONFIG, Action.HALT_MODEL),
        (404, "the model `m` does not exist.", Cause.CONFIG, Action.HALT_MODEL),
        (400, "invalid model name passed in model=m", Cause.CONFIG, Action.HALT_MODEL),
        (400, "40301 only m allowed now, your model n", Cause.CONFIG, Action.HALT_MODEL),
        (400, "invalid_api_key", Cause.AUTH, HALT),
        (200, "rate_limit_exceeded", Cause.RATE, Action.SLOW_DOWN),
        (503, "resource_exhausted", Cause.RATE, Action.SLOW_DOWN),
        (500, "model_not_found", Cause.SERVER, Action.RETRY),
        (502, "insufficient_quota", Cause.SERVER, Action.RETRY),
        (200, "", Cause.REQUEST, Action.GIVE_UP),
    ],
)
def test_by_code(status: int, codes: str, cause: Cause, action: Action) -> None:
    """A word in the body decides before the status, but for a server's own failure."""
    assert classify(status, codes) == (cause, action)


@given(st.integers(500, 599), st.text())
def test_a_failing_server_is_never_final(status: int, codes: str) -> None:
    """Nothing that a failing server says makes it a refusal of account or model."""
    _, action = classify(status, codes)
    assert action in (
        {Action.GIVE_UP, Action.SLOW_DOWN}
        if status in (501, 505)
        else {Action.RETRY, Action.SLOW_DOWN}
    )
