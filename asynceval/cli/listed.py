"""The models that an endpoint lists, asked for before a sweep is known."""

import os

import anyio

from asynceval.config.keys import read_keys
from asynceval.domain.errors import ConfigError
from asynceval.domain.failure import Failure
from asynceval.domain.sweep import Endpoint


def listed(endpoint: Endpoint) -> tuple[str, ...]:
    """Return the names of the models that an endpoint lists. LookupError says why there are none."""
    from asynceval.engine.gate import Gate
    from asynceval.engine.route import Route
    from asynceval.engine.transport import transport

    try:
        key = read_keys((endpoint,), os.environ)[endpoint.name]
    except ConfigError as error:
        raise LookupError(f"needs a key: {error.problems[0].message}") from None

    async def ask() -> tuple[str, ...] | Failure:
        async with transport() as http:
            return await Route(endpoint, Gate(endpoint), key).listed(http)

    found = anyio.run(ask)
    if isinstance(found, tuple):
        return found
    raise LookupError(f"endpoint {endpoint.name} does not list its models: {found.message}")
