"""Masking: a server may echo the key it was sent; nothing that is kept or shown may hold it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import quote

import orjson

from asynceval.domain.reply import Reply
from asynceval.domain.secret import Secret

_MASK = "***"
_ESCAPED = re.compile(rb"\\(?:/|u00([2-7][0-9a-fA-F]))")


def masked(text: str, secret: Secret | None) -> str:
    """Return a text without the key, as it is or as a URL writes it."""
    if secret is not None:
        for form in _forms(secret.reveal()):
            text = text.replace(form, _MASK)
    return text


def masked_of_all(text: str, secrets: Iterable[Secret | None]) -> str:
    """Return a text without any of these keys: a program of ours has seen them all."""
    for secret in secrets:
        text = masked(text, secret)
    return text


def masked_reply(reply: Reply, secret: Secret | None) -> Reply:
    """Return a reply without the key, flagged "masked" if its words held it; a placeholder may stay.

    What a model says is kept as it is, so the key is cut out of nothing but the words themselves, and only
    after those that came in pieces were put together.
    """
    if secret is None or secret.is_placeholder:
        return reply
    said = (reply.text, reply.reasoning, reply.finish_reason, reply.model, reply.fingerprint)
    tokens = (token for each in reply.alternatives for token, _ in each)
    forms = tuple(_forms(secret.reveal()))
    if not any(form in words for words in (*said, *tokens) if words for form in forms):
        return reply
    text, reasoning, ending, model, fingerprint = (
        None if words is None else masked(words, secret) for words in said
    )
    is_said = (text, reasoning) == (reply.text, reply.reasoning)
    return replace(
        reply,
        text=text or "",
        reasoning=reasoning,
        finish_reason=ending,
        model=model,
        fingerprint=fingerprint,
        alternatives=tuple(
            tuple((masked(token, secret), chance) for token, chance in each)
            for each in reply.alternatives
        ),
        flags=reply.flags if is_said else (*reply.flags, "masked"),
    )


def masked_body(body: bytes, secret: Secret | None) -> bytes:
    r"""Return the body of an error without the key, however its JSON writes it; a placeholder may stay.

    JSON may write `/` as `\/` and any letter as `\u00..`; a body that holds the key in such a way is
    written anew, if it is whole JSON, and otherwise read as if it were plain text.
    """
    if secret is None or secret.is_placeholder:
        return body
    key = secret.reveal()
    for form in (*(form.encode() for form in _forms(key)), orjson.dumps(key)[1:-1]):
        if form in body:
            body = body.replace(form, _MASK.encode())
    if b"\\/" not in body and b"\\u00" not in body:
        return body
    plain = _ESCAPED.sub(_letter, body)
    if key.encode() not in plain and orjson.dumps(key)[1:-1] not in plain:
        return body
    try:
        return orjson.dumps(orjson.loads(body)).replace(orjson.dumps(key)[1:-1], _MASK.encode())
    except ValueError:
        return plain.replace(key.encode(), _MASK.encode())


def _forms(key: str) -> Iterator[str]:
    """Yield the key, and what it looks like in a URL where that is something else."""
    yield key
    for safe in ("", "/"):
        quoted = quote(key, safe=safe)
        if quoted != key:
            yield quoted
            yield re.sub("%..", lambda escape: escape[0].lower(), quoted)


def _letter(escape: re.Match[bytes]) -> bytes:
    return b"/" if escape[1] is None else bytes((int(escape[1], 16),))
