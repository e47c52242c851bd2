"""OpenAI's chat completions, as served by OpenAI and by every compatible server.

vLLM, SGLang, FastChat, llama.cpp and Ollama speak it, and most hosted providers.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import orjson

from asynceval import __version__
from asynceval.domain.call import Call
from asynceval.domain.failure import Cause, Failure
from asynceval.domain.reply import Reply, Usage
from asynceval.providers.refusal import is_error, refused
from asynceval.providers.signal import Action, Signal

_EXCERPT = 500
_ENCODINGS = ("identity", "gzip", "deflate", "")
_BROKEN_OFF = ("error", "abort")
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
    """Return the request's JSON. A setting that is None is left to the server.

    Neither `n` nor `stream` is ever sent: some servers ignore the one, and a reply in pieces may end
    early without an error. Several answers are several calls.
    """
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
    if not 200 <= status < 300 or is_error(parsed):
        return refused(status, response_headers, parsed)
    return _reply(status, parsed, flags, content)


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


def _reply(status: int, parsed: Any, flags: tuple[str, ...], content: bytes) -> Reply | Signal:
    try:
        choices = parsed["choices"]
        places = [_place(choice, at) for at, choice in enumerate(choices)]
        choice = choices[places.index(min(places))]
        message = choice["message"]
        text = _text(message["content"])
        reasoning = message.get("reasoning_content") or message.get("reasoning")
        finish_reason = choice.get("finish_reason")
    except (KeyError, ValueError, TypeError, AttributeError):
        return _unusable(Cause.MALFORMED, "no choices[0].message.content", status, content)
    if len(set(places)) < len(places):
        return _unusable(Cause.MALFORMED, "two choices have the same index", status, content)
    if finish_reason in _BROKEN_OFF:
        return _unusable(Cause.MALFORMED, "the server broke the answer off", status, content)
    model = parsed.get("model")
    reply = Reply(
        text=text or "",
        reasoning=reasoning if isinstance(reasoning, str) else None,
        finish_reason=finish_reason if isinstance(finish_reason, str) else None,
        usage=_usage(parsed.get("usage")),
        model=model if isinstance(model, str) else None,
        flags=flags,
    )
    if reply.text.strip():
        return reply
    return _textless(reply, message, status, content, is_text=text is not None)


def _textless(
    reply: Reply, message: dict[str, Any], status: int, content: bytes, *, is_text: bool
) -> Signal:
    """Return what a reply without a word calls for; `is_text` if it says that it is all."""
    refusal = message.get("refusal")
    if reply.finish_reason == "content_filter":
        return _withheld(Cause.FILTERED, "a content filter withheld the answer")
    if isinstance(refusal, str) and refusal:
        return _withheld(Cause.REFUSED, refusal[:_EXCERPT])
    if reply.finish_reason == "length":
        told = "all of max_tokens went before the first word of the answer: raise max_tokens"
        return _withheld(Cause.NO_CONTENT, told)
    signal = _unusable(Cause.NO_CONTENT, "the message has no text", status, content)
    is_answer = is_text and reply.finish_reason == "stop" and not message.get("tool_calls")
    empty = replace(reply, flags=(*reply.flags, "empty")) if is_answer else None
    return replace(signal, empty=empty)


def _place(choice: Any, at: int) -> int:
    index = choice.get("index")
    return index if type(index) is int else at


def _text(content: object) -> str | None:
    """Return the text of a message's content, its parts of text joined; None if it has none."""
    if isinstance(content, list):
        texts = [part.get("text") for part in content if isinstance(part, dict)]
        whole = [text for text in texts if isinstance(text, str)]
        return "".join(whole) if whole else None
    return content if isinstance(content, str) else None


def _usage(usage: object) -> Usage:
    if not isinstance(usage, dict):
        return Usage()
    counts = (usage.get("prompt_tokens"), usage.get("completion_tokens"))
    prompt, completion = (n if type(n) is int and n >= 0 else None for n in counts)
    return Usage(prompt, completion)


def _withheld(cause: Cause, message: str) -> Signal:
    return Signal(Failure(cause, message), Action.GIVE_UP, maybe_paid=True)


def _unusable(cause: Cause, what: str, status: int, content: bytes) -> Signal:
    excerpt = content[:_EXCERPT].decode("utf-8", "replace")
    failure = Failure(cause, f"{what}: {excerpt}", status)
    return Signal(failure, Action.RETRY_ONCE, maybe_paid=True)


def _not_json(status: int, response_headers: Mapping[str, str], content: bytes) -> Signal:
    if not 200 <= status < 300:
        text = content[:_EXCERPT].decode("utf-8", "replace")
        return refused(status, response_headers, text)
    start = content.lstrip()
    if start.startswith(b"<"):
        message = "a web page came back, not JSON: is base_url right? Mostly it ends in /v1"
        return Signal(Failure(Cause.CONFIG, message, status), Action.HALT_ENDPOINT)
    kind = response_headers.get("Content-Type", "").lower()
    encoding = response_headers.get("Content-Encoding", "identity").strip().lower()
    what = "the body is not whole JSON"
    if kind.startswith("text/event-stream") or start.startswith((b"data:", b"event:")):
        what = "the server streams although it was not asked to"
    elif encoding not in _ENCODINGS:
        what = f"the body is encoded as {encoding[:20]}, which was not asked for"
    return _unusable(Cause.MALFORMED, what, status, content)
