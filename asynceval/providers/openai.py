"""OpenAI's chat completions, as served by OpenAI and by every compatible server.

vLLM, SGLang, FastChat, llama.cpp and Ollama speak it, and most hosted providers.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import orjson

from asynceval import __version__
from asynceval.domain.call import Call
from asynceval.domain.failure import Cause, Failure
from asynceval.domain.reply import Reply, Usage
from asynceval.providers.signal import Action, Signal, classify
from asynceval.providers.waits import retry_after

_EXCERPT = 500
_HALF = re.compile("[\ud800-\udfff]")


def url(base_url: str) -> str:
    """Return where chat completions are under a base URL.

    A bare host gets `/v1`; a path is taken as it is. A query (`?api-version=...`) is kept.
    """
    parts = urlsplit(base_url)
    path = parts.path.rstrip("/")
    if not path.endswith("/chat/completions"):
        path = f"{path or '/v1'}/chat/completions"
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def headers(key: str | None) -> dict[str, str]:
    """Return the headers of every request; without a key none is sent."""
    fixed = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "User-Agent": f"asynceval/{__version__}",
    }
    return fixed if key is None else {**fixed, "Authorization": f"Bearer {key}"}


def body(call: Call) -> bytes:
    """Return the request's JSON. A setting that is None is left to the server."""
    content: dict[str, Any] = {"model": call.wire, "messages": call.messages}
    if call.sampling.temperature is not None:
        content["temperature"] = call.sampling.temperature
    if call.sampling.max_tokens is not None:
        content["max_tokens"] = call.sampling.max_tokens
    return orjson.dumps(content)


def decode(status: int, response_headers: Mapping[str, str], content: bytes) -> Reply | Signal:
    """Return the reply in a response, or what its failure calls for.

    A success counts only when the JSON is whole and holds a text: a proxy's page, a cut body and
    an error inside a 200 are none.
    """
    try:
        parsed, flags = _parse(content)
    except ValueError:
        return _not_json(status, response_headers, content)
    if status != 200 or not isinstance(parsed, dict) or parsed.get("error"):
        return _error(status, response_headers, parsed)
    return _reply(parsed, flags, content)


def _parse(content: bytes) -> tuple[Any, tuple[str, ...]]:
    """Parse the body; half characters become U+FFFD, and a flag. NaN and infinities become null."""
    try:
        return orjson.loads(content), ()
    except ValueError:
        try:
            parsed = json.loads(content, parse_constant=lambda _: None)
            text = json.dumps(parsed, ensure_ascii=False)
        except RecursionError as error:
            raise ValueError("nested too deep") from error
        whole = _HALF.sub("\N{REPLACEMENT CHARACTER}", text)
        return orjson.loads(whole), () if whole == text else ("surrogate",)


def _reply(parsed: dict[str, Any], flags: tuple[str, ...], content: bytes) -> Reply | Signal:
    try:
        choice = parsed["choices"][0]
        message = choice["message"]
        text = message["content"]
        finish_reason = choice.get("finish_reason")
        reasoning = message.get("reasoning_content") or message.get("reasoning")
        refusal = message.get("refusal")
    except (KeyError, IndexError, TypeError, AttributeError):
        return _unusable(Cause.MALFORMED, "no choices[0].message.content", content)
    if isinstance(text, list):
        text = "".join(
            part["text"]
            for part in text
            if isinstance(part, dict) and isinstance(part.get("text"), str)
        )
    if not isinstance(text, str) or not text.strip():
        if finish_reason == "content_filter":
            failure = Failure(Cause.FILTERED, "a content filter withheld the answer")
            return Signal(failure, Action.GIVE_UP)
        if isinstance(refusal, str) and refusal:
            return Signal(Failure(Cause.REFUSED, refusal[:_EXCERPT]), Action.GIVE_UP)
        if finish_reason == "length":
            message = "all of max_tokens went before the first word of the answer: raise max_tokens"
            return Signal(Failure(Cause.NO_CONTENT, message), Action.GIVE_UP)
        return _unusable(Cause.NO_CONTENT, "the message has no text", content)
    model = parsed.get("model")
    return Reply(
        text=text,
        reasoning=reasoning if isinstance(reasoning, str) else None,
        finish_reason=finish_reason if isinstance(finish_reason, str) else None,
        usage=_usage(parsed.get("usage")),
        model=model if isinstance(model, str) else None,
        flags=flags,
    )


def _usage(usage: object) -> Usage:
    if not isinstance(usage, dict):
        return Usage()
    counts = (usage.get("prompt_tokens"), usage.get("completion_tokens"))
    prompt, completion = (n if type(n) is int and n >= 0 else None for n in counts)
    return Usage(prompt, completion)


def _unusable(cause: Cause, what: str, content: bytes) -> Signal:
    excerpt = content[:_EXCERPT].decode("utf-8", "replace")
    return Signal(Failure(cause, f"{what}: {excerpt}", 200), Action.RETRY_ONCE)


def _not_json(status: int, response_headers: Mapping[str, str], content: bytes) -> Signal:
    excerpt = content[:_EXCERPT].decode("utf-8", "replace")
    if status != 200:
        return _error(status, response_headers, excerpt)
    if content.lstrip()[:1] == b"<":
        message = "a web page came back, not JSON: is base_url right? Mostly it ends in /v1"
        return Signal(Failure(Cause.CONFIG, message, status), Action.HALT_ENDPOINT)
    return _unusable(Cause.MALFORMED, "the body is not whole JSON", content)


def _error(status: int, response_headers: Mapping[str, str], parsed: object) -> Signal:
    if status == 200:
        status = _status_within(parsed)
    message, codes = _words(parsed)
    cause, action = classify(status, codes)
    if 300 <= status < 400:
        host = urlsplit(response_headers.get("Location", "")).netloc or "elsewhere"
        message = f"redirected to {host}; nothing was sent there. Set base_url to the final address"
    elif status in (404, 405) and action is Action.HALT_ENDPOINT:
        message = f"nothing answers on this path (mostly base_url ends in /v1): {message}"
    told = f"HTTP {status}: {message}" if message else f"HTTP {status}"
    return Signal(Failure(cause, told, status), action, retry_after(response_headers))


def _status_within(parsed: object) -> int:
    """Return the HTTP status that a router puts into the body of a 200, 200 if there is none."""
    error = parsed.get("error") if isinstance(parsed, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) and 400 <= code < 600 else 200


def _words(parsed: object) -> tuple[str, str]:
    """Return an error body's message, and all that may hold its code, in lower case.

    Knows `{"error": {...}}`, `{"error": "..."}`, `{"detail": ...}`, `{"object": "error", ...}` and
    plain text.
    """
    error = parsed
    if isinstance(parsed, dict):
        error = parsed.get("error") or parsed.get("detail") or parsed
    if not isinstance(error, dict):
        if isinstance(error, str):
            return error[:_EXCERPT].strip(), error[:_EXCERPT].lower()
        # A list of what is wrong with the request repeats the request, so it holds no code.
        return _written(error)[:_EXCERPT].strip(), ""
    message = error.get("message")
    message = message if isinstance(message, str) else _written(error)
    parts = (error.get("code"), error.get("type"), message)
    codes = " ".join(str(part) for part in parts if isinstance(part, (str, int)))
    return message[:_EXCERPT], codes.lower()


def _written(error: object) -> str:
    try:
        return orjson.dumps(error).decode()
    except TypeError:  # orjson reads deeper nesting than it writes
        return "the error's body is nested too deep to show"
