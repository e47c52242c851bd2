"""Reading a response: the reply in it, or what its failure calls for. One way for all providers."""

from collections.abc import Mapping
from dataclasses import replace

from asynceval.domain.failure import Cause, Failure
from asynceval.domain.reply import Reply
from asynceval.prompts.verdicts import strip_reasoning
from asynceval.providers import lenient
from asynceval.providers.provider import Provider, Said
from asynceval.providers.refusal import ending, is_error, refused
from asynceval.providers.signal import Action, Signal
from asynceval.providers.stream import Arrivals, Streamed, UnreadableError, begins, streamed

_EXCERPT = 500
_ENCODINGS = ("identity", "gzip", "deflate", "")


def decode(
    provider: Provider,
    status: int,
    headers: Mapping[str, str],
    content: bytes,
    arrivals: Arrivals = (),
) -> Reply | Signal:
    """Return the reply in a response, or what its failure calls for. Never raises.

    A success counts only when the JSON is whole and holds a text: a proxy's page, a cut body and
    an error inside a 200 are none. Of a reply that was asked for in pieces, `arrivals` tells when they came.
    """
    try:
        came = _whole(provider, status, content, arrivals)
    except ValueError as error:
        is_cut = isinstance(error, UnreadableError)
        cut = _unusable(Cause.MALFORMED, str(error), status, content)
        return cut if is_cut else _not_json(provider, status, headers, content)
    parsed = came.whole
    if not 200 <= status < 300 or is_error(parsed):
        return refused(status, headers, parsed, home=provider.home, has_begun=came.has_begun)
    try:
        said = provider.read(parsed)
    except UnreadableError as error:
        return _unusable(Cause.MALFORMED, str(error), status, content)
    except (LookupError, ValueError, TypeError, AttributeError):
        return _unusable(Cause.MALFORMED, f"no {provider.place}", status, content)
    reply = Reply(
        text=said.text or "",
        reasoning=said.reasoning,
        finish_reason=said.finish_reason,
        usage=said.usage,
        model=said.model,
        fingerprint=said.fingerprint,
        flags=came.flags,
        alternatives=said.alternatives,
        first_words=came.first,
        last_words=came.last,
    )
    aloud, thought = strip_reasoning(reply.text)
    return reply if aloud.strip() else _textless(reply, said, thought, status, content)


def _whole(provider: Provider, status: int, content: bytes, arrivals: Arrivals) -> Streamed:
    """Return the JSON of a body, put together if it came in pieces. Raises ValueError."""
    try:
        parsed, flags = lenient.whole(content)
    except ValueError:
        is_stream = 200 <= status < 300 and arrivals and begins(content)
        if not is_stream or provider.stream is None:
            raise
    else:
        return Streamed(parsed, flags=flags)
    try:
        return streamed(provider.stream, content, arrivals)
    except (LookupError, TypeError, AttributeError) as error:
        raise UnreadableError("it is no stream of its kind") from error


def _all_thinking(reply: Reply) -> str:
    tokens = reply.usage.reasoning_tokens or reply.usage.completion_tokens
    spent = "all of max_tokens" if tokens is None else f"all of its {tokens} tokens"
    return (
        f"the model spent {spent} thinking, before the first word of the answer: "
        "raise max_tokens, or lower effort"
    )


def _textless(reply: Reply, said: Said, thought: str | None, status: int, content: bytes) -> Signal:
    """Return what a reply calls for in which nothing is said aloud; `thought` is what its text holds."""
    if reply.finish_reason == "content_filter":
        return _withheld(Cause.FILTERED, "a content filter withheld the answer")
    if said.refusal:
        return _withheld(Cause.REFUSED, said.refusal[:_EXCERPT])
    has_thought = thought or said.has_thought or reply.reasoning or reply.usage.reasoning_tokens
    if reply.finish_reason == "length" and has_thought:
        return _withheld(Cause.THINKING, _all_thinking(reply))
    if reply.finish_reason == "length":
        told = "all of max_tokens went before the first word of the answer: raise max_tokens"
        return _withheld(Cause.NO_CONTENT, told)
    signal = _unusable(Cause.NO_CONTENT, "the message has no text", status, content)
    is_answer = said.text is not None and reply.finish_reason == "stop" and said.is_all
    empty = replace(reply, flags=(*reply.flags, "empty")) if is_answer else None
    return replace(signal, empty=empty)


def _withheld(cause: Cause, message: str) -> Signal:
    return Signal(Failure(cause, message), Action.GIVE_UP, maybe_paid=True)


def _unusable(cause: Cause, what: str, status: int, content: bytes) -> Signal:
    excerpt = content[:_EXCERPT].decode("utf-8", "replace")
    failure = Failure(cause, f"{what}: {excerpt}", status)
    return Signal(failure, Action.RETRY_ONCE, maybe_paid=True)


def _not_json(
    provider: Provider, status: int, headers: Mapping[str, str], content: bytes
) -> Signal:
    if not 200 <= status < 300:
        text = content[:_EXCERPT].decode("utf-8", "replace")
        return refused(status, headers, text, home=provider.home)
    start = content.lstrip()
    if start.startswith(b"<"):
        message = f"a web page came back, not JSON: is base_url right? ({ending(provider.home)})"
        return Signal(Failure(Cause.CONFIG, message, status), Action.HALT_ENDPOINT)
    kind = headers.get("Content-Type", "").lower()
    encoding = headers.get("Content-Encoding", "identity").strip().lower()
    what = "the body is not whole JSON"
    if kind.startswith("text/event-stream") or start.startswith((b"data:", b"event:")):
        what = "the server streams although it was not asked to"
    elif encoding not in _ENCODINGS:
        what = f"the body is encoded as {encoding[:20]}, which was not asked for"
    return _unusable(Cause.MALFORMED, what, status, content)
