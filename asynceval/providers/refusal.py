"""A refusal: a response that is an error, as a signal, whatever shape its body has."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson

from asynceval.domain.failure import Cause, Failure
from asynceval.providers.parameter import advice, in_text, is_about_setting, is_setting
from asynceval.providers.signal import TOLD_WHEN, UNSUPPORTED, Action, Signal, classify
from asynceval.providers.waits import in_words, reset_seconds, retry_after, until_reset

_EXCERPT = 500
_SHOULD_RETRY = {"true": True, "false": False}


def refused(
    status: int,
    headers: Mapping[str, str],
    parsed: object,
    *,
    home: str = "",
    has_begun: bool = False,
) -> Signal:
    """Return what an error calls for: its JSON, or its text if it is none. Never raises.

    A 2xx is one too if its body says so; its status is then the one within the body. If the reply
    `has_begun`, the server took the request, so what nobody knows is a failure of the server. `home` is how
    base_url mostly ends at this kind of endpoint.
    """
    error = _inner(parsed)
    status = _status_within(error, status)
    message, codes, parameter = _words(error)
    should_retry = _SHOULD_RETRY.get(headers.get("x-should-retry", "").strip().lower())
    cause, action = classify(status, codes, should_retry)
    if has_begun and status < 300 and cause is Cause.REQUEST:
        cause, action = Cause.SERVER, Action.RETRY
    is_setting = status != 404 and any(word in codes for word in UNSUPPORTED)
    told = f"HTTP {status}: {message}" if message else f"HTTP {status}"
    if 300 <= status < 400:
        to = _target(headers.get("Location", ""))
        told = f"HTTP {status}: redirected to {to}; nothing was sent there. Set base_url to the final address"
    elif status in (404, 405) and action is Action.HALT_ENDPOINT:
        told = f"HTTP {status}: nothing answers on this path ({ending(home)}): {message}"
    elif is_setting and cause is Cause.CONFIG:
        told = f"{advice(parameter)} ({told})"
    wait = retry_after(headers)
    if wait is None and action is Action.SLOW_DOWN:
        wait = in_words(message) or _delay(error) or until_reset(headers)
    maybe_paid = has_begun or action is Action.RETRY_ONCE
    is_unknown = action is Action.HALT_MODEL and not is_setting
    failure = Failure(cause, told, status)
    return Signal(failure, action, wait, maybe_paid=maybe_paid, is_unknown_model=is_unknown)


def ending(home: str) -> str:
    """Return in words how base_url mostly ends at a kind of endpoint whose bare host gets this path."""
    return f"mostly base_url ends in {home}" if home else "mostly base_url has no path"


def _delay(error: object) -> float | None:
    """Return the seconds that Google's details of an error ask to wait, None if they do not."""
    details = error.get("details") if isinstance(error, dict) else None
    for detail in details if isinstance(details, list) else ():
        match detail:
            case {"retryDelay": str(delay)}:
                return reset_seconds(delay)
    return None


def is_error(parsed: object) -> bool:
    """Whether the JSON of a success, or a piece of one, is an error all the same, as routers send it."""
    match _unpacked(parsed):
        case {"error": error} if error:
            return True
        case {"object": "error"} | {"type": "error"}:
            return True
        case {"error_code": int(code), "text": _} if code:
            return True
    return False


def _unpacked(parsed: object) -> object:
    """Take an error out of a list of one: so Gemini sends it."""
    match parsed:
        case [{"error": _}]:
            return parsed[0]
    return parsed


def _inner(parsed: object) -> object:
    """Return the error itself.

    Known are `{"error": {...}}`, `{"error": "..."}`, `{"detail": ...}`, `{"object": "error", ...}`,
    `{"type": "error", "message": ...}`, FastChat's `{"error_code": ..., "text": ...}` in a stream,
    `{"message": {"detail": ...}}` and plain text.
    """
    error = _unpacked(parsed)
    if isinstance(error, dict):
        error = error.get("error") or error.get("detail") or error
    match error:
        case {"message": {"detail": inner}}:
            return inner
        case {"error_code": int(code), "text": str(text)}:
            return {"object": "error", "message": text, "code": code}
    return error


def _status_within(error: object, status: int) -> int:
    """Return the HTTP status that a body tells, where that of the response does not: else the latter.

    Routers put it into the body of a success. FastChat answers all errors with 400, and begins its own
    codes with the status; those that begin with 403 are wrong requests.
    """
    match error:
        case {"object": "error", "code": int(code)} if (
            status in (200, 400) and 400 <= code // 100 < 600
        ):
            return 400 if code // 100 == 403 else code // 100
        case {"code": int(code)} if 400 <= code < 600 and 200 <= status < 300:
            return code
    return status


def _words(error: object) -> tuple[str, str, str | None]:
    """Return an error's message, all that may hold its code in lower case, and the setting it names."""
    if isinstance(error, list):
        # What is wrong with a request repeats the request, so only the names of fields are codes.
        fields = [name for name, _ in _fields(error) if name != "messages"]
        lines = "; ".join(f"{name}: {why}" for name, why in _fields(error)) or _written(error)
        codes = UNSUPPORTED[0] if fields else ""
        return lines[:_EXCERPT].strip(), codes, fields[0] if fields else None
    if not isinstance(error, dict):
        message = error[:_EXCERPT].strip() if isinstance(error, str) else _written(error)
        codes = message.lower() if isinstance(error, str) else ""
        return message[:_EXCERPT], _marked(codes, message), in_text(message)
    said = error.get("message")
    message = said if isinstance(said, str) else _written(error)
    message += _upstream(error.get("metadata"))
    waits = "" if _delay(error) is None else TOLD_WHEN
    parts = (error.get("code"), error.get("type"), error.get("status"), message, waits)
    codes = " ".join(str(part) for part in parts if isinstance(part, (str, int))).lower()
    match error:
        case {"param": str(parameter)} if parameter:
            named: str | None = parameter
            codes = f"{codes} {UNSUPPORTED[0]}" if is_setting(parameter) else codes
        case _:
            named = in_text(message)
    return message[:_EXCERPT], _marked(codes, message), named


def _upstream(metadata: object) -> str:
    """Return what the server behind a router said, and whose it is, as OpenRouter tells it."""
    match metadata:
        case {"provider_name": str(name), "raw": raw}:
            return f" ({name}: {raw if isinstance(raw, str) else _written(raw)})"
        case {"raw": str(raw)}:
            return f" ({raw})"
    return ""


def _marked(codes: str, message: str) -> str:
    """Return the codes with the one for a setting, if the message begins with one."""
    return f"{codes} {UNSUPPORTED[0]}" if is_about_setting(message) else codes


def _fields(problems: list[Any]) -> Iterator[tuple[str, str]]:
    """Yield the fields of the request's body that a list of problems names, and why."""
    for problem in problems:
        match problem:
            case {"loc": ["body", str(name), *_], **rest}:
                yield name, str(rest.get("msg"))[:_EXCERPT]


def _target(location: str) -> str:
    try:
        parts = urlsplit(location)
    except ValueError:
        return "elsewhere"
    # A query may hold a key, and so may what stands before a host.
    return f"{parts.netloc.rpartition('@')[2]}{parts.path}"[:200] or "elsewhere"


def _written(error: object) -> str:
    try:
        return orjson.dumps(error).decode()
    except TypeError:  # orjson reads deeper nesting than it writes
        return "the error's body is nested too deep to show"
