"""Fields: what a name, a URL and a variable's name may look like.

Each check returns what is wrong, None if nothing is, and never repeats the value: it may be a key.
"""

import re
import shlex
import unicodedata
from difflib import get_close_matches
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlsplit

from asynceval.domain.secret import holds_key, looks_like_key

NAME_LIMIT: Final = 300
PORT: Final = "{port}"

_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_REFERENCE: Final = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?|env:([A-Za-z_][A-Za-z0-9_]*)")
_KEY_WORD: Final = re.compile(r"key|token|secret|passw|auth|credential|sig", re.IGNORECASE)


def name_fault(name: str) -> str | None:
    """Check a name: something visible, at most 300 characters, none of them a control character."""
    if not name.strip():
        return "is empty"
    if len(name) > NAME_LIMIT:
        return f"is longer than {NAME_LIMIT} characters"
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in name):
        return "holds a control character"
    return None


def path_fault(path: str) -> str | None:
    """Check the text of a path: not empty, and without control characters."""
    if not path.strip():
        return "is empty"
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in path):
        return "holds a control character"
    return None


def below_fault(path: str) -> str | None:
    """Check a path below a base URL, in which `{model}` may stand for the model's name."""
    if not path.startswith("/") or any(letter.isspace() or letter in "?#" for letter in path):
        return 'must be a path that begins with "/", without spaces, ? and #'
    if set(path.replace("{model}", "")) & {"{", "}"}:
        return "may hold {model}, and no other braces"
    return None


def place_fault(place: str) -> str | None:
    """Check a place in a response: keys, and numbers of items in lists, with dots between them."""
    if not all(part and part.isprintable() for part in place.split(".")):
        return 'must be keys with dots between them, as in "choices.0.message.content"'
    return None


def command_fault(command: str) -> str | None:
    """Check a server's command; it is shown and stored, so it may hold no key."""
    if not command.strip():
        return "is empty"
    if holds_key(command):
        return "holds a key; let the server read it from an environment variable"
    try:
        shlex.split(command)
    except ValueError:
        return "has a quotation mark without its partner"
    return None


def variable_fault(name: str) -> str | None:
    """Check the name of an environment variable; a key in its place is refused."""
    reference = _REFERENCE.fullmatch(name)
    if reference is not None:
        inner = reference[1] or reference[2]
        if not looks_like_key(inner):
            return f"must be the bare name of a variable: {inner}"
    elif _VARIABLE.fullmatch(name) and not looks_like_key(name):
        return None
    return (
        "must be the name of an environment variable, such as OPENAI_API_KEY. "
        "Put the key into a variable and name the variable here"
    )


def url_fault(url: str) -> str | None:
    """Check a base URL: http or https, a host, and no key, user or password in it."""
    if not url.strip():
        return "is empty"
    if any(letter.isspace() or not letter.isprintable() for letter in url):
        return "holds a space or a control character"
    if "$" in url:
        return "holds a $: variables are not expanded here"
    bare = url.replace(PORT, "8000", 1)
    if "{" in bare or "}" in bare:
        return "may hold {port} once, and no other braces"
    try:
        parts = urlsplit(bare)
        _ = parts.port
    except ValueError:
        return "is not a URL: its host or port cannot be read"
    return _parts_fault(parts)


def _parts_fault(parts: SplitResult) -> str | None:
    if "@" in parts.netloc:
        return "holds a user or password; a key goes into a variable, named by api_key_env"
    if parts.scheme not in {"http", "https"}:
        return "must begin with http:// or https://"
    if not parts.hostname:
        return "has no host, as in https://api.openai.com/v1"
    if parts.fragment:
        return "holds a #fragment"
    query = parse_qsl(parts.query, keep_blank_values=True)
    if any(_KEY_WORD.search(name) or looks_like_key(value) for name, value in query):
        return "holds a key in its query; put it into a variable, named by api_key_env"
    return None


def unknown_key(key: str, known: tuple[str, ...]) -> str:
    """Say what is wrong with a key that is not known: a slip, or a secret."""
    near = get_close_matches(key, known, n=1, cutoff=0.8)
    if not near and _KEY_WORD.search(key):
        return (
            "is refused: a key never stands in a config file. Put it into an environment variable "
            'and write api_key_env = "ITS_NAME" in [endpoints.NAME]'
        )
    near = near or get_close_matches(key, known, n=1)
    if near:
        return f"unknown key; did you mean {near[0]}?"
    return f"unknown key; known here: {', '.join(known)}"


def unknown_name(kind: str, known: tuple[str, ...], name: str) -> str:
    """Say that there is no `kind` of this name, and which one may be meant."""
    near = [n for n in get_close_matches(name, known, n=1) if not looks_like_key(n)]
    hint = f"; did you mean {near[0]}?" if near else "."
    listed = ", ".join(n for n in dict.fromkeys(known) if not looks_like_key(n))
    return f"no such {kind}{hint}" + (f" Known: {listed}" if listed else "")
