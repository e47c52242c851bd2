"""The kinds of endpoints: one line for each, and its file."""

from collections.abc import Callable, Mapping

from asynceval.domain.sweep import Endpoint
from asynceval.providers.openai import OpenAI
from asynceval.providers.provider import Provider

KINDS: Mapping[str, Callable[[Endpoint], Provider]] = {
    "openai": OpenAI,
}


def provider(endpoint: Endpoint) -> Provider:
    """Return who speaks to an endpoint; KeyError if its kind is not known."""
    return KINDS[endpoint.kind](endpoint)
