"""Kinds: what the keys of a model mean at the kind of endpoint where it is asked."""

from collections.abc import Iterator

from asynceval.config.document import Fault
from asynceval.config.lines import KeyPath
from asynceval.domain.sweep import Endpoint, Judge, Sweep, Target
from asynceval.providers.kinds import provider

_WORD = {str: 'a word, such as "low"', int: "a number of tokens"}


def faults(sweep: Sweep) -> Iterator[Fault]:
    """Yield the keys that would have no effect, or be refused, at the endpoints they are for."""
    endpoints = {endpoint.name: endpoint for endpoint in sweep.endpoints}
    for endpoint in sweep.endpoints:
        if endpoint.api_version is not None and "api_version" in provider(endpoint).lacks:
            path = ("endpoints", endpoint.name, "api_version")
            yield path, f'has no use: endpoints of kind "{endpoint.kind}" have none'
        if endpoint.stream and provider(endpoint).stream is None:
            path = ("endpoints", endpoint.name, "stream")
            yield path, f'has no use: replies of kind "{endpoint.kind}" come whole'
    kinds: tuple[tuple[str, tuple[Target | Judge, ...]], ...] = (
        ("models", sweep.asked),
        ("judges", sweep.judges),
    )
    for kind, items in kinds:
        for at, item in enumerate(items):
            if item.endpoint in endpoints and not endpoints[item.endpoint].is_imported:
                yield from _model((kind, at), item, endpoints[item.endpoint])


def _model(path: KeyPath, item: Target | Judge, endpoint: Endpoint) -> Iterator[Fault]:
    asked, settings = provider(endpoint), item.settings
    if item.stream and asked.stream is None:
        yield (*path, "stream"), f'has no use: replies of kind "{endpoint.kind}" come whole'
    for name, _ in settings.given():
        if name in asked.lacks:
            yield (*path, name), f'has no use: kind "{endpoint.kind}" has no such setting'
    if isinstance(item, Judge) and item.logprobs and "logprobs" in asked.lacks:
        yield (*path, "logprobs"), f'has no use: kind "{endpoint.kind}" tells no probabilities here'
    if settings.effort is None:
        return
    if not isinstance(settings.effort, asked.efforts):
        words = " or ".join(_WORD[form] for form in asked.efforts)
        yield (*path, "effort"), f'must be {words} at an endpoint of kind "{endpoint.kind}"'
    elif (
        isinstance(settings.effort, int)
        and item.max_tokens is not None
        and settings.effort >= item.max_tokens
    ):
        yield (*path, "effort"), f"must be below max_tokens ({item.max_tokens}), which holds it too"
