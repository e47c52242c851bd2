"""Kinds: what the keys of a model mean at the kind of endpoint where it is asked."""

from collections.abc import Iterator
from dataclasses import replace

from asynceval.config.document import Fault
from asynceval.config.lines import KeyPath
from asynceval.domain.call import Call, Message, Sampling
from asynceval.domain.sweep import Endpoint, Judge, Sweep, Target
from asynceval.providers.kinds import provider
from asynceval.providers.provider import Provider

_LEAST_EFFORT = {"anthropic": 1024}
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
            why = f'kind "{endpoint.kind}" has no such setting'
            yield (*path, name), f"has no use: {_untold(name, endpoint) or why}"
    for name in _unsent(asked, item):
        why = f"{item.model} is asked as a model that thinks, without one; leave it out, or set reasoning = false if it does not think"
        yield (*path, name), f"has no use: {_untold(name, endpoint) or why}"
    if isinstance(item, Judge) and item.logprobs and "logprobs" in asked.lacks:
        yield (*path, "logprobs"), f'has no use: kind "{endpoint.kind}" tells no probabilities here'
    for why in _effort(settings.effort, item.max_tokens, endpoint):
        yield (*path, "effort"), why


def _untold(name: str, endpoint: Endpoint) -> str | None:
    """Say that a setting is not in an endpoint's template, None if it has none."""
    return None if endpoint.http is None else f"the template of the request has no {{{name}}}"


def _effort(effort: str | int | None, most: int | None, endpoint: Endpoint) -> Iterator[str]:
    """Yield what is wrong with an effort at an endpoint."""
    efforts, where = provider(endpoint).efforts, f'at an endpoint of kind "{endpoint.kind}"'
    if effort is not None and not isinstance(effort, efforts):
        yield f"must be {' or '.join(_WORD[form] for form in efforts)} {where}"
    elif isinstance(effort, int):
        if most is not None and effort >= most:
            yield f"must be below max_tokens ({most}), which holds it too"
        if effort < (least := _LEAST_EFFORT.get(endpoint.kind, 0)):
            yield f"must be {least} or more {where}"


def _unsent(asked: Provider, item: Target | Judge) -> Iterator[str]:
    """Yield the keys that a request to a model does not depend on, though they are set for it."""
    usual = type(item)("", "", "")
    sampling = Sampling(item.temperature, item.max_tokens, item.settings)
    others = {
        "temperature": replace(sampling, temperature=(item.temperature or 0.0) + 0.1),
        "max_tokens": replace(sampling, max_tokens=(item.max_tokens or 0) + 1),
    }
    call = Call(item.name, item.model, (Message("user", "Hi"),), sampling)
    for name, other in others.items():
        is_set = getattr(item, name) not in (None, getattr(usual, name))
        if is_set and asked.body(call) == asked.body(replace(call, sampling=other)):
            yield name
