"""A line of the log: one paid call as JSON, its key first and its checksum last.

The checksum is CRC-32 over every byte before `,"crc"`. Key first and checksum last lets a scan check
and index a line without parsing it.
"""

from binascii import unhexlify
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import orjson

from asynceval.domain.cell import Cell
from asynceval.domain.reply import Alternatives, Reply, Tokens, Usage

_HEAD = b'{"key":"'
_KEY_END = len(_HEAD) + 32
_TAIL = len(b',"crc":"01234567"}')


@dataclass(frozen=True, slots=True)
class Record:
    """A paid call: its key, the cell it was first asked for, and the reply.

    `at` is when the request went out, in seconds since the epoch; `waited` are the seconds from
    the asking to that moment (gate and back-off), `sent` from there to the last byte of the reply.
    `attempts` counts requests, the successful one included; `worst` is what the ledger has for that
    one, None in a line from before there was a ledger.
    """

    key: bytes
    cell: Cell
    reply: Reply
    at: float
    waited: float
    sent: float
    attempts: int
    worst: Tokens | None = None


def encode(record: Record) -> bytes:
    """Return the record's line, newline included."""
    cell, reply = record.cell, record.reply
    content: dict[str, Any] = {
        "key": record.key.hex(),
        "kind": cell.kind,
        "question": cell.question,
        "category": cell.category,
        "turn": cell.turn,
        "target": cell.target,
        "choice": cell.choice,
        "judge": cell.judge,
        "repeat": cell.repeat,
        "text": reply.text,
        "reasoning": reply.reasoning,
        "finish_reason": reply.finish_reason,
        "prompt_tokens": reply.usage.prompt_tokens,
        "completion_tokens": reply.usage.completion_tokens,
        "reasoning_tokens": reply.usage.reasoning_tokens,
        "model": reply.model,
        "fingerprint": reply.fingerprint,
        "flags": reply.flags,
        "at": _rounded(record.at),
        "waited": _rounded(record.waited),
        "sent": _rounded(record.sent),
        "attempts": record.attempts,
    }
    if cell.opponent is not None:
        content |= {"opponent": cell.opponent, "order": cell.order}
    if reply.alternatives:
        content["alternatives"] = [
            [[token, round(share, 6)] for token, share in others] for others in reply.alternatives
        ]
    if reply.first_words is not None:
        content["first_words"] = _rounded(reply.first_words)
    if reply.last_words is not None:
        content["last_words"] = _rounded(reply.last_words)
    if record.worst is not None:
        content["worst_prompt_tokens"] = record.worst.prompt
        content["worst_completion_tokens"] = record.worst.completion
    return sealed(orjson.dumps(content))


def sealed(content: bytes) -> bytes:
    """Return a JSON object, its key first, as a line with its checksum."""
    body = content[:-1]
    return b'%b,"crc":"%08x"}\n' % (body, crc32(body))


def _rounded(seconds: float) -> float:
    """Return the seconds to a microsecond, in a fifth of the time that `round` takes."""
    return int(seconds * 1e6 + 0.5) / 1e6


def key_of(line: bytes | memoryview) -> bytes | None:
    """Return the key of an intact line (without its newline), None if the line is damaged."""
    end = len(line) - _TAIL
    if end < _KEY_END or line[:8] != _HEAD or line[end:] != b',"crc":"%08x"}' % crc32(line[:end]):
        return None
    try:
        return unhexlify(line[8:_KEY_END])
    except ValueError:
        return None


def decode(line: bytes) -> Record:
    """Return the record that `encode` made the line from. The line must be intact."""
    content = orjson.loads(line)
    return Record(
        key=bytes.fromhex(content["key"]),
        cell=Cell(
            question=content["question"],
            category=content["category"],
            turn=content["turn"],
            target=content["target"],
            choice=content["choice"],
            judge=content["judge"],
            repeat=content["repeat"],
            opponent=content.get("opponent"),
            order=content.get("order", 1),
        ),
        reply=decode_reply(content),
        at=content["at"],
        waited=content["waited"],
        sent=content["sent"],
        attempts=content["attempts"],
        worst=_worst(content),
    )


def _worst(content: dict[str, Any]) -> Tokens | None:
    prompt, completion = (content.get(f"worst_{part}_tokens") for part in ("prompt", "completion"))
    return None if prompt is None or completion is None else Tokens(int(prompt), int(completion))


def _alternatives(tokens: list[list[tuple[str, float]]]) -> tuple[Alternatives, ...]:
    return tuple(tuple((token, share) for token, share in others) for others in tokens)


def decode_reply(content: dict[str, Any]) -> Reply:
    """Return the reply in the parsed line."""
    return Reply(
        content["text"],
        content["reasoning"],
        content["finish_reason"],
        Usage(
            content["prompt_tokens"],
            content["completion_tokens"],
            content.get("reasoning_tokens"),  # not in lines of older versions
        ),
        content["model"],
        content.get("fingerprint"),  # not in lines of older versions
        flags=tuple(content["flags"]),
        alternatives=_alternatives(content["alternatives"]) if "alternatives" in content else (),
        first_words=content.get("first_words"),
        last_words=content.get("last_words"),
    )
