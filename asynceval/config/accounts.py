"""Accounts: endpoints that share their limits, so that they cannot have different ones."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from asynceval.config.document import Fault
from asynceval.domain.secret import shown
from asynceval.domain.sweep import Endpoint

LIMITS: Final = ("parallel", "rpm", "tpm", "charges_max_tokens")
"""The keys of an endpoint that are its account's."""


def faults(endpoints: Mapping[str, Mapping[str, object]]) -> Iterator[Fault]:
    """Yield the limits that one account has twice, each at the second place, with the first."""
    first: dict[tuple[object, str], tuple[str, object]] = {}
    for name, table in endpoints.items():
        account = table.get("account", name)
        if not isinstance(account, str):
            continue
        for key in LIMITS:
            value = table.get(key)
            if not isinstance(value, bool | int | float | str):
                continue
            where, before = first.setdefault((account, key), (name, value))
            if before != value:
                place = f"endpoints.{shown(where)}.{key}"
                yield (
                    ("endpoints", name, key),
                    f"differs from {place}: both are limits of the account {shown(account)}",
                )


def shared(
    endpoints: tuple[Endpoint, ...], given: Mapping[str, Collection[str]]
) -> tuple[Endpoint, ...]:
    """Give each endpoint the limits that others of its account state; `given` are the keys stated."""
    stated: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        limits = stated.setdefault(endpoint.gate, {})
        limits |= {key: getattr(endpoint, key) for key in LIMITS if key in given[endpoint.name]}
    return tuple(replace(endpoint, **stated[endpoint.gate]) for endpoint in endpoints)
