"""What a failed attempt tells us to do, as one table."""

from dataclasses import dataclass
from enum import StrEnum

from asynceval.domain.failure import Cause, Failure
from asynceval.domain.reply import Reply


class Action(StrEnum):
    """What a failed attempt calls for."""

    RETRY = "retry"
    """The server or the network failed: again, a few times."""
    SLOW_DOWN = "slow down"
    """The server asked for patience: again after its wait, for as long as it takes."""
    RETRY_ONCE = "retry once or twice"
    """A success that cannot be used: again, but hardly ever does it help."""
    GIVE_UP = "give up"
    """This call will never work."""
    HALT_MODEL = "halt model"
    """No call to this model on this endpoint will work as configured."""
    HALT_ENDPOINT = "halt endpoint"
    """No call to this endpoint will work."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A failed attempt: why, what to do, and the seconds the server asked to wait, if it did.

    `maybe_paid` if the server may have done the work, and charge for it, all the same. `is_stale` if
    the connection was closed before a byte came: a fresh one may do at once. `empty` is the reply
    that ended without a word, flagged "empty": what the model said after all, when asking again did
    not help. `is_unknown_model` if the endpoint does not know, or give, the model by its name.
    """

    failure: Failure
    action: Action
    retry_after: float | None = None
    maybe_paid: bool = False
    is_stale: bool = False
    empty: Reply | None = None
    is_unknown_model: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: any of the codes in the body decides before any of the statuses.

    `within` limits the codes to these statuses.
    """

    cause: Cause
    action: Action
    codes: tuple[str, ...] = ()
    statuses: tuple[int, ...] = ()
    within: tuple[int, ...] = ()


UNSUPPORTED = (
    "unsupported_parameter",
    "unsupported_value",
    "unsupportedparamserror",
    "max_completion_tokens",
    "system role not supported",
    "developer instruction is not enabled",
    "for this model",
    "with this model",
    "but the supported range is",
    "the valid range of",
    "does not support thinking",
    "thinking budget",
    "thinking level",
    "thinking is not supported",
    "only works in thinking mode",
    "api version not supported",
    "40302",
)
"""Words of an error that is about a setting of the request, and so about every request."""
TOLD_WHEN = "retry_delay"
"""The word for an error whose details say when to come back."""

TABLE = (
    # Who is told when to come back is not out of money, though some say so in the same words.
    Row(
        Cause.RATE,
        Action.SLOW_DOWN,
        codes=("please retry in", "please try again in", TOLD_WHEN),
        within=(429,),
    ),
    Row(
        Cause.QUOTA,
        Action.HALT_ENDPOINT,
        codes=(
            "insufficient_quota",
            "billing_hard_limit_reached",
            "billing_not_active",
            "exceeded your current quota",
            "credit balance is too low",
            "insufficient balance",
            "insufficient credits",
            "billing_error",
            "spend_limit_reached",
            "spend limit",
            "api usage limits",
        ),
        statuses=(402,),
    ),
    Row(
        Cause.CONTEXT_LENGTH,
        Action.GIVE_UP,
        codes=(
            "context_length_exceeded",
            "context length",
            "context size",
            "context limit",
            "context window",
            "maximum model length",
            "prompt is too long",
            "input is too long",
            "input length",
            "maximum prompt length",
            "contextwindowexceedederror",
            "`inputs` must have less than",
            "request too large for ",
            "request_too_large",
            "tokens + `max_new_tokens` must be",
            "exceeds the maximum number of tokens",
            "string_above_max_length",
        ),
        statuses=(413,),
    ),
    Row(
        Cause.FILTERED,
        Action.GIVE_UP,
        codes=(
            "content_filter",
            "content_policy_violation",
            "content filtering policy",
            "responsibleaipolicyviolation",
            "invalid_prompt",
            "input was flagged",
            "bio_policy",
            "content exists risk",
        ),
    ),
    Row(
        Cause.CONFIG,
        Action.HALT_MODEL,
        codes=(
            "model_not_found",
            "model_not_available",
            "model_decommissioned",
            "model not exist",
            "invalid model",
            "not a valid model",
            "no endpoints found",
            "model_permission_blocked",
            "model_terms_required",
            "not allowed to request logprobs",
            "deploymentnotfound",
            "40301",
        ),
    ),
    Row(Cause.CONFIG, Action.HALT_MODEL, codes=("model",), within=(404,)),
    Row(
        Cause.AUTH,
        Action.HALT_ENDPOINT,
        codes=(
            "api key not valid",
            "api_key_invalid",
            "api key expired",
            "incorrect api key provided",
            "free tier is not available",
            "user location is not supported",
        ),
    ),
    Row(Cause.CONFIG, Action.HALT_ENDPOINT, codes=("api version not supported",)),
    Row(Cause.CONFIG, Action.HALT_MODEL, codes=UNSUPPORTED, within=(400, 422)),
    # The model was to write JSON, and did not.
    Row(Cause.MALFORMED, Action.RETRY_ONCE, codes=("json_validate_failed",), within=(400,)),
    Row(Cause.AUTH, Action.HALT_ENDPOINT, codes=("invalid_api_key",), statuses=(401, 403)),
    Row(
        Cause.RATE,
        Action.SLOW_DOWN,
        codes=("rate_limit_exceeded", "rate_limit_error", "resource_exhausted", "overloaded_error"),
        statuses=(429, 498, 529),
    ),
    # An error inside a success has no status of its own.
    Row(
        Cause.SERVER,
        Action.RETRY,
        codes=("server_error", "api_error", "timeout_error", "overloaded", "internal error"),
        within=(200,),
    ),
    Row(Cause.CONFIG, Action.HALT_ENDPOINT, statuses=(301, 302, 303, 307, 308, 404, 405)),
    Row(
        Cause.SERVER,
        Action.RETRY,
        statuses=(408, 409, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524),
    ),
)


def classify(status: int, codes: str, should_retry: bool | None = None) -> tuple[Cause, Action]:
    """Return the cause and the action for an error response.

    `codes` is the error's code, type and message in lower case. The rows are tried in order, first
    all of them by code, then all by status; a 5xx that is in no row is retried, anything else is
    given up. A code never turns a server's own failure (5xx) into a refusal of the request, but
    for the ones that ask to slow down.

    `should_retry` is what the server itself says of trying again (`x-should-retry`), None if
    nothing. It comes after a code and before the status: False gives up what would be tried again,
    True retries what would be given up. A halt stays one.
    """
    for row in TABLE:
        counts = status in row.within or not row.within
        if status >= 500 and row.action is not Action.SLOW_DOWN:
            counts = False
        if counts and any(code in codes for code in row.codes):
            return row.cause, row.action
    cause, action = _by_status(status)
    if should_retry is False and action in (Action.RETRY, Action.SLOW_DOWN):
        return cause, Action.GIVE_UP
    if should_retry is True and action is Action.GIVE_UP:
        return cause, Action.RETRY
    return cause, action


def _by_status(status: int) -> tuple[Cause, Action]:
    for row in TABLE:
        if status in row.statuses:
            return row.cause, row.action
    if status >= 500 and status not in (501, 505):
        return Cause.SERVER, Action.RETRY
    return Cause.REQUEST, Action.GIVE_UP
