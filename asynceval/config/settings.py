"""Settings: what a model's own keys in a config may hold, and what they come to.

Each function takes the value as the file has it and raises ValueError with what is wrong.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import orjson

from asynceval.domain.secret import holds_key, looks_like_key
from asynceval.providers.template import PLACEHOLDER, PLACEHOLDERS

_EFFORT: Final = re.compile(r"[A-Za-z][A-Za-z_-]{0,31}")
_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_KEY_WORD: Final = re.compile(r"key|token|secret|passw|auth|credential|cookie", re.IGNORECASE)
_OUR_HEADERS: Final = ("accept-encoding", "connection", "content-", "host", "transfer-encoding")
_OURS: Final = (
    *("model", "messages", "input", "contents", "prompt", "n", "stream", "stream_options"),
    *("instructions", "system", "systemInstruction", "system_instruction"),
)
_OWN_KEY: Final = {
    "temperature": "temperature",
    "max_tokens": "max_tokens",
    "max_completion_tokens": "max_tokens",
    "max_output_tokens": "max_tokens",
    "maxOutputTokens": "max_tokens",
    "num_predict": "max_tokens",
    "top_p": "top_p",
    "seed": "seed",
    "random_seed": "seed",
    "stop": "stop",
    "stop_sequences": "stop",
    "reasoning_effort": "effort",
}
_NESTED: Final = ("generationConfig", "options")
_BRACED: Final = re.compile(r"\{[A-Za-z_]{1,40}\}")
_DEEPEST: Final = 32


def stop(value: object) -> tuple[str, ...]:
    """Return the texts that end an answer: one, or a list of them."""
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not texts:
        raise ValueError('must be a text, or a list of texts, as in ["END"]')
    if not all(isinstance(text, str) and text for text in texts):
        raise ValueError("holds something that is no text, or an empty one")
    return tuple(texts)


def effort(value: object) -> str | int:
    """Return how much to think: a word that the endpoint knows, or a number of tokens."""
    if isinstance(value, str) and _EFFORT.fullmatch(value):
        return value
    if type(value) is int and value >= 0:
        return value
    raise ValueError('must be a word, such as "low", or a number of tokens')


def body(value: object) -> str:
    """Return fields for the request as JSON, sorted, so that equal ones are one text."""
    if not isinstance(value, dict):
        raise ValueError("must be a table of fields for the request")  # noqa: TRY004 - pydantic tells only this one
    for path, inner in _leaves(value, ()):
        _check_leaf(".".join(path), inner)
    for name in value:
        _check_name(name)
        if name in _NESTED and isinstance(value[name], dict):
            for inner in value[name]:
                _check_name(inner)
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def template(value: object) -> str:
    """Return the template of a request as JSON; its placeholders are all known."""
    if not isinstance(value, dict):
        raise ValueError("must be a table, the request")  # noqa: TRY004 - as above
    found: set[str] = set()
    for path, inner in _leaves(value, ()):
        _check_leaf(".".join(path), inner)
        if isinstance(inner, str):
            found.update(PLACEHOLDER.findall(inner))
            if (odd := _BRACED.fullmatch(inner)) and not PLACEHOLDER.fullmatch(inner):
                raise ValueError(f"{odd[0]} is not known; known: {_listed(PLACEHOLDERS)}")
    if not found & {"messages", "prompt"}:
        raise ValueError("must hold {messages} or {prompt}, or the question is never asked")
    return orjson.dumps(value).decode()


def headers(value: object) -> tuple[tuple[str, str], ...]:
    """Return headers for the request, by name."""
    if not isinstance(value, dict):
        raise ValueError("must be a table of headers")  # noqa: TRY004 - pydantic tells only this one
    return tuple(sorted(_header(name, text) for name, text in value.items()))


def header_fault(name: str) -> str | None:
    """Check the name of a header."""
    if not _HEADER.fullmatch(name) or looks_like_key(name):
        return 'must be the name of a header, such as "X-Api-Key"'
    return None


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


def _header(name: str, text: object) -> tuple[str, str]:
    if header_fault(name) is not None:
        raise ValueError("holds a name that is no name of a header")
    if _KEY_WORD.search(name):
        raise ValueError(f"{name} may hold a key: put it into a variable, named by api_key_env")
    if name.lower().startswith(_OUR_HEADERS):
        raise ValueError(f"{name} is set by asynceval")
    if not isinstance(text, str) or not text.isprintable() or not text.isascii():
        raise ValueError(f"{name} must be a text of printable ASCII characters")
    if holds_key(text):
        raise ValueError(f"{name} holds a key: put it into a variable, named by api_key_env")
    return name, text


def _check_name(name: str) -> None:
    if name in _OURS:
        raise ValueError(f"{name} is set by asynceval")
    if name in _OWN_KEY:
        raise ValueError(f"{name} has a key of its own: {_OWN_KEY[name]}")


def _check_leaf(path: str, value: object) -> None:
    if isinstance(value, str) and holds_key(value):
        raise ValueError(f"{path} holds a key: put it into a variable, named by api_key_env")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{path} must be a finite number")
    if isinstance(value, int) and abs(value) >= 2**63:
        raise ValueError(f"{path} is too large a number")
    if value is not None and not isinstance(value, str | int | float | bool):
        raise ValueError(f"{path} must be a text, a number, true or false")


def _leaves(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield all that is neither table nor list, with the keys that lead there."""
    if len(path) > _DEEPEST:
        raise ValueError("is nested too deep")
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, str(key)))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _leaves(inner, (*path, str(at)))
    else:
        yield path, value
