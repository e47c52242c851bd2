"""Check what an error response calls for, and that its message says what to change."""

from typing import Any

import pytest
from multidict import CIMultiDict

from asynceval.domain.failure import Cause
from asynceval.providers.refusal import refused
from asynceval.providers.signal import Action, Signal


def answer(status: int, parsed: object, **named: str) -> Signal:
    headers = CIMultiDict({name.replace("_", "-"): value for name, value in named.items()})
    return refused(status, headers, parsed)


SHAPES: dict[str, object] = {
    "detail": {"detail": "too odd"},
    "a list of details": {"detail": [{"loc": ["body", "messages", 0, "role"], "msg": "too odd"}]},
    "plain text": "too odd",
    "an object": {"object": "error", "message": "too odd", "code": 40001},
    "an error's text": {"error": "too odd"},
}


@pytest.mark.parametrize("parsed", SHAPES.values(), ids=SHAPES.keys())
@pytest.mark.parametrize(
    ("status", "cause", "action"),
    [
        (400, Cause.REQUEST, Action.GIVE_UP),
        (422, Cause.REQUEST, Action.GIVE_UP),
        (500, Cause.SERVER, Action.RETRY),
        (402, Cause.QUOTA, Action.HALT_ENDPOINT),
        (403, Cause.AUTH, Action.HALT_ENDPOINT),
    ],
)
def test_the_words_are_shown_in_whatever_shape_they_come(
    parsed: object, status: int, cause: Cause, action: Action
) -> None:
    """FastAPI's, vLLM's, Ollama's errors and plain text: the server's own words reach the user."""
    got = answer(status, parsed)
    assert (got.failure.cause, got.action, got.failure.status) == (cause, action, status)
    assert got.failure.message.startswith(f"HTTP {status}: ")
    assert got.failure.message.endswith("too odd")
    assert not got.maybe_paid


LONG = {
    "OpenAI": {"error": {"message": "x", "code": "context_length_exceeded", "param": "messages"}},
    "vLLM": {"object": "error", "message": "This model's maximum context length is 8 tokens."},
    "vLLM, of the output": {
        "error": {
            "message": "'max_tokens' or 'max_completion_tokens' is too large: 9. This model's "
            "maximum context length is 8 tokens and your request has 4 input tokens",
            "param": "max_tokens",
        }
    },
    "vLLM, older": {"message": "The decoder prompt is longer than the maximum model length of 8."},
    "SGLang": {"message": "The input (9 tokens) is longer than the model's context length (8)."},
    "llama.cpp": {"error": {"message": "the request exceeds the available context size."}},
    "Anthropic": {"error": {"message": "prompt is too long: 9 tokens > 8 maximum"}},
    "Gemini": [
        {
            "error": {
                "message": "The input token count (9) exceeds the maximum number of tokens (8).",
                "status": "INVALID_ARGUMENT",
            }
        }
    ],
    "plain text": "This model's maximum context length is 8 tokens",
    "xAI": {
        "code": "invalid",
        "error": "This model's maximum prompt length is 8 but the request ...",
    },
    "TGI": {"error": "Input validation error: `inputs` must have less than 8 tokens. Given: 9"},
    "LiteLLM": {"error": {"message": "litellm.ContextWindowExceededError: no", "code": "400"}},
}


@pytest.mark.parametrize("parsed", LONG.values(), ids=LONG.keys())
def test_a_conversation_that_is_too_long_is_told_in_every_dialect(parsed: object) -> None:
    """Each server has its own words for it; none of them is a wrong request or a wrong setting."""
    got = answer(400, parsed)
    assert (got.failure.cause, got.action) == (Cause.CONTEXT_LENGTH, Action.GIVE_UP)


def openai_error(message: str, code: str | None = None, param: str | None = None) -> object:
    return {"error": {"message": message, "code": code, "param": param}}


def fastapi(*place: object) -> object:
    return {"detail": [{"type": "extra_forbidden", "loc": ["body", *place], "msg": "no"}]}


SETTINGS: list[tuple[int, object, str, str | None]] = [
    (
        400,
        openai_error(
            "Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead.",
            "unsupported_parameter",
            "max_tokens",
        ),
        "max_tokens",
        "max_tokens",
    ),
    (
        400,
        openai_error("'temperature' does not support 0", "unsupported_value", "temperature"),
        "temperature",
        "temperature",
    ),
    (
        400,
        openai_error("does not support 'system'", "unsupported_value", "messages[0].role"),
        "messages[0].role",
        "system",
    ),
    (400, openai_error("no", "unsupported_parameter", "top_k"), "top_k", None),
    (400, openai_error("at most 8", "integer_above_max_value", "max_tokens"), "max_tokens", None),
    (400, openai_error("temperature is fixed", "unsupported_value"), "temperature", "temperature"),
    (422, fastapi("max_tokens"), "max_tokens", "max_tokens"),
    (422, {"message": fastapi("temperature")}, "temperature", "temperature"),
    (422, fastapi("prompt"), "prompt", None),
    (400, "use max_completion_tokens", "max_completion_tokens", "max_tokens"),
    (400, {"message": "System role not supported"}, "System role", "system"),
]


@pytest.mark.parametrize(("status", "parsed", "parameter", "key"), SETTINGS)
def test_a_setting_that_the_server_does_not_take_is_named(
    status: int, parsed: object, parameter: str, key: str | None
) -> None:
    """It fails every call to the model, so it halts it, and says what to change in the config."""
    got = answer(status, parsed)
    assert (got.failure.cause, got.action) == (Cause.CONFIG, Action.HALT_MODEL)
    assert f"the server does not take {parameter} as it is sent" in got.failure.message
    assert key is None or f": change {key} in the config" in got.failure.message
    assert f"(HTTP {status}: " in got.failure.message


def test_a_setting_without_a_name_halts_the_model_all_the_same() -> None:
    """The server's own words are then all there is to go by."""
    got = answer(400, openai_error("no such thing", "unsupported_parameter"))
    assert (got.failure.cause, got.action) == (Cause.CONFIG, Action.HALT_MODEL)
    assert "does not take a setting of this model" in got.failure.message
    assert "no such thing" in got.failure.message


@pytest.mark.parametrize(
    ("status", "parsed"),
    [
        (422, fastapi("messages", 0, "content")),
        (422, fastapi()),
        (422, {"detail": [{"loc": ["header", "max_tokens"], "msg": "no"}]}),
        (400, openai_error("odd", "invalid_value", "messages")),
        (400, "the temperature of this text is too high"),
    ],
)
def test_a_wrong_message_is_no_wrong_setting(status: int, parsed: object) -> None:
    """What one call says wrong is that call's."""
    got = answer(status, parsed)
    assert (got.failure.cause, got.action) == (Cause.REQUEST, Action.GIVE_UP)


@pytest.mark.parametrize(
    ("status", "code", "said", "cause", "action"),
    [
        (500, None, "false", Cause.SERVER, Action.GIVE_UP),
        (429, None, "false", Cause.RATE, Action.GIVE_UP),
        (400, None, "true", Cause.REQUEST, Action.RETRY),
        (400, None, " True ", Cause.REQUEST, Action.RETRY),
        (413, None, "true", Cause.CONTEXT_LENGTH, Action.RETRY),
        (500, None, "true", Cause.SERVER, Action.RETRY),
        (429, None, "true", Cause.RATE, Action.SLOW_DOWN),
        (400, None, "maybe", Cause.REQUEST, Action.GIVE_UP),
        (401, None, "true", Cause.AUTH, Action.HALT_ENDPOINT),
        (429, "insufficient_quota", "true", Cause.QUOTA, Action.HALT_ENDPOINT),
        (400, "invalid_api_key", "true", Cause.AUTH, Action.HALT_ENDPOINT),
        (404, "model_not_found", "true", Cause.CONFIG, Action.HALT_MODEL),
        (400, "context_length_exceeded", "true", Cause.CONTEXT_LENGTH, Action.GIVE_UP),
        (429, "rate_limit_exceeded", "false", Cause.RATE, Action.SLOW_DOWN),
    ],
)
def test_the_server_may_say_whether_to_retry(
    status: int, code: str | None, said: str, cause: Cause, action: Action
) -> None:
    """Its word comes after a code in the body and before the status, and ends no halt."""
    got = answer(status, openai_error("x", code), x_should_retry=said)
    assert (got.failure.cause, got.action) == (cause, action)


def test_out_of_money_and_out_of_breath_are_told_apart() -> None:
    """The same words mean a minute's limit when the server says when to come back."""
    message = "You exceeded your current quota."
    assert answer(429, openai_error(message)).failure.cause is Cause.QUOTA
    got = answer(429, openai_error(f"{message} Please retry in 20.5s."))
    assert (got.failure.cause, got.action) == (Cause.RATE, Action.SLOW_DOWN)


def test_a_missing_model_keeps_the_servers_words() -> None:
    """The model is halted, and the message says which one the server does not know."""
    got = answer(404, openai_error("The model `m` does not exist", "model_not_found"))
    assert (got.failure.cause, got.action) == (Cause.CONFIG, Action.HALT_MODEL)
    assert got.failure.message == "HTTP 404: The model `m` does not exist"


@pytest.mark.parametrize(("status", "wait"), [(429, 6.0), (529, 6.0), (500, None), (400, None)])
def test_a_reset_counts_only_when_asked_to_slow_down(status: int, wait: float | None) -> None:
    """Servers tell of resets with every response; of a failure they say nothing."""
    got = answer(status, "x", x_ratelimit_reset_requests="6s")
    assert got.retry_after == wait


def test_a_wait_comes_before_a_reset() -> None:
    """What the server asks for outright is what counts."""
    got = answer(429, "x", retry_after="2", x_ratelimit_reset_requests="6s")
    assert got.retry_after == 2.0


ODD: list[Any] = [None, True, 7, "", [], {}, [{}], {"error": []}, {"message": {"detail": 7}}]


@pytest.mark.parametrize("parsed", ODD, ids=repr)
def test_any_json_is_a_refusal(parsed: object) -> None:
    """Whatever the body of an error is, its status is what counts."""
    got = answer(500, parsed)
    assert (got.failure.cause, got.action) == (Cause.SERVER, Action.RETRY)
    assert got.failure.message.startswith("HTTP 500")


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(
    ("code", "cause", "action", "within"),
    [
        (40101, Cause.AUTH, Action.HALT_ENDPOINT, 401),
        (40302, Cause.CONFIG, Action.HALT_MODEL, 400),
        (42901, Cause.RATE, Action.SLOW_DOWN, 429),
        (50001, Cause.SERVER, Action.RETRY, 500),
        (50005, Cause.SERVER, Action.RETRY, 500),
    ],
)
def test_fastchat_tells_in_its_own_code_what_it_is(
    status: int, code: int, cause: Cause, action: Action, within: int
) -> None:
    """All its errors have the status 400, those of a stream 200 and other fields."""
    message = "0 is less than the minimum of 1 - 'max_tokens'"
    bodies: list[object] = [{"object": "error", "message": message, "code": code}]
    if status == 200:
        bodies.append({"text": message, "error_code": code})
    for body in bodies:
        got = answer(status, body)
        assert (got.failure.cause, got.action, got.failure.status) == (cause, action, within)
        assert message in got.failure.message
        assert (code == 40302) == ("change max_tokens in the config" in got.failure.message)


def test_a_key_that_is_refused_with_400_halts_the_endpoint() -> None:
    """So xAI does."""
    got = answer(400, {"code": "invalid", "error": "Incorrect API key provided: xa***12."})
    assert (got.failure.cause, got.action) == (Cause.AUTH, Action.HALT_ENDPOINT)


def test_a_version_that_is_refused_is_named() -> None:
    """It is in the endpoint, so all its models are refused."""
    got = answer(400, openai_error("API version not supported", "BadRequest"))
    assert (got.failure.cause, got.action) == (Cause.CONFIG, Action.HALT_ENDPOINT)
    assert "change api_version in the config" in got.failure.message


def test_json_that_a_model_did_not_write_is_asked_for_again() -> None:
    """So Groq tells it; the model has been paid for."""
    got = answer(400, openai_error("Failed to generate JSON.", "json_validate_failed"))
    assert (got.failure.cause, got.action) == (Cause.MALFORMED, Action.RETRY_ONCE)
    assert got.maybe_paid


@pytest.mark.parametrize("code", [7, 39999, 60000, 2**40])
def test_a_code_that_begins_with_no_status_is_none(code: int) -> None:
    """Other servers have numbers of their own, and mean what their status says."""
    got = answer(400, {"object": "error", "message": "odd", "code": code})
    assert (got.failure.cause, got.action) == (Cause.REQUEST, Action.GIVE_UP)
