"""What the requests of all providers share: headers, addresses, and a call's own fields."""

from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import orjson

from asynceval import __version__
from asynceval.domain.call import Call, Message


def headers(key: str | None, name: str) -> dict[str, str]:
    """Return the headers of every request, the key under this name; as a bearer in Authorization."""
    fixed = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "User-Agent": f"asynceval/{__version__}",
    }
    if key is None:
        return fixed
    return {**fixed, name: f"Bearer {key}" if name.lower() == "authorization" else key}


@lru_cache(maxsize=1000)  # there are few models, and many calls to each
def under(base_url: str, path: str, default: str = "") -> str:
    """Return the URL of a path under a base URL, whose query is kept; the path may have one too.

    A bare host gets the `default` path first. A base URL that ends in the path already stays.
    """
    parts = urlsplit(base_url)
    path, _, more = path.partition("?")
    stem = parts.path.rstrip("/")
    whole = stem if stem.endswith(path) else f"{stem or default}{path}"
    url = urlunsplit((parts.scheme, parts.netloc, whole, parts.query, ""))
    return asking(url, more) if more else url


def asking(url: str, query: str) -> str:
    """Return a URL with one more thing in its query."""
    return f"{url}{'&' if '?' in url else '?'}{query}"


def without(base_url: str, path: str) -> str:
    """Return a base URL without a path at its end, if it has it."""
    parts = urlsplit(base_url)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/").removesuffix(path)))


def segment(name: str) -> str:
    """Return a name as one segment of a URL's path."""
    return quote(name, safe="")


def encoded(content: dict[str, Any], call: Call) -> bytes:
    """Return a request's JSON, with the call's own fields put into it."""
    extra = call.sampling.settings.body
    return orjson.dumps(content if extra is None else _merged(content, orjson.loads(extra)))


def _merged(content: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    """Return a table with another put over it; tables within both are merged alike."""
    both = {
        name: _merged(content[name], value)
        for name, value in extra.items()
        if isinstance(content.get(name), dict) and isinstance(value, dict)
    }
    return {**content, **extra, **both}


def given(**fields: Any) -> dict[str, Any]:
    """Return the fields that have a value: neither None nor empty."""
    return {name: value for name, value in fields.items() if value is not None and value != ()}


def apart(call: Call) -> tuple[str, list[Message]]:
    """Return a call's system prompt, "" if it has none, and its other messages."""
    system = [message.content for message in call.messages if message.role == "system"]
    return "\n\n".join(system), [m for m in call.messages if m.role != "system"]


def count(value: object) -> int | None:
    """Return a number of tokens, None if it is none."""
    return value if type(value) is int and value >= 0 else None


def total(*values: object) -> int | None:
    """Return the sum of the numbers of tokens that are told, None if the first is not."""
    counts = [count(value) for value in values]
    return None if counts[0] is None else sum(number or 0 for number in counts)


def words(value: object) -> str | None:
    """Return a text, None if it is none."""
    return value if isinstance(value, str) else None
