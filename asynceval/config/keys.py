"""Keys: read once from the environment, by the names that the endpoints give."""

from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from asynceval.domain.errors import ConfigError, Problem
from asynceval.domain.secret import Secret
from asynceval.domain.sweep import Endpoint


def read_keys(
    endpoints: Iterable[Endpoint], environ: Mapping[str, str]
) -> Mapping[str, Secret | None]:
    """Return each endpoint's key by the endpoint's name; None for an endpoint that has none.

    White space around a key, such as the newline of a file it was read from, is left out. Raises
    ConfigError that names the variables with no usable key, and never what they hold.
    """
    keys: dict[str, Secret | None] = {}
    problems: list[Problem] = []
    for endpoint in endpoints:
        variable = endpoint.api_key_env
        if variable is None:
            keys[endpoint.name] = None
            continue
        value = environ.get(variable, "").strip()
        fault = _fault(value, is_set=variable in environ)
        if fault is None:
            keys[endpoint.name] = Secret(value)
        else:
            where = f"endpoints.{endpoint.name}.api_key_env"
            problems.append(Problem(f"the environment variable {variable} {fault}", key=where))
    if problems:
        raise ConfigError(*problems)
    return keys


def exposed(endpoints: Iterable[Endpoint]) -> tuple[str, ...]:
    """Return a warning for each endpoint whose key would travel unencrypted to another machine."""
    return tuple(
        f"endpoint {endpoint.name} sends its key over http:// to another machine; use https://"
        for endpoint in endpoints
        if endpoint.api_key_env is not None
        and endpoint.base_url.startswith("http://")
        and not is_loopback(endpoint.base_url)
    )


def unmasked(endpoints: Iterable[Endpoint], keys: Mapping[str, Secret | None]) -> tuple[str, ...]:
    """Return a warning for each endpoint on another machine whose key is as simple as a placeholder."""
    return tuple(
        f"the key of endpoint {endpoint.name} is as simple as a placeholder, so it is not masked where an "
        "answer holds it; use a longer one if it is a secret"
        for endpoint in endpoints
        if (key := keys.get(endpoint.name)) is not None
        and key.is_placeholder
        and not is_loopback(endpoint.base_url)
    )


def _fault(value: str, *, is_set: bool) -> str | None:
    if not is_set:
        return "is not set"
    if not value:
        return "is empty"
    if any(not "!" <= letter <= "~" for letter in value):
        return "holds a space, a control character or another letter that no key has"
    return None


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine; `{port}` may stand for its port."""
    host = urlsplit(url.replace("{port}", "8000")).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
