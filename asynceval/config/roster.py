"""The roster: which models and judges flags choose from a config, and where new ones are asked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from asynceval.config.fields import unknown_name
from asynceval.domain.errors import ConfigError, Problem
from asynceval.domain.secret import shown
from asynceval.domain.sweep import Endpoint

Endpoints = tuple[Endpoint, ...]


@dataclass(frozen=True, slots=True)
class Pick:
    """What the values of one flag come to: names that were known, and names to be added."""

    kept: frozenset[str]
    added: tuple[str, ...]
    problems: tuple[Problem, ...]


def pick(flag: str, known: Sequence[str], wanted: Sequence[str], *, may_add: bool) -> Pick:
    """Choose names by themselves or by pattern (`*`, `?`, `[...]`); all of them if none is wanted.

    With `may_add`, a name that is not known is a new one; a pattern never is.
    """
    if not wanted:
        return Pick(frozenset(known), (), ())
    kept: set[str] = set()
    added: dict[str, None] = {}
    problems: list[Problem] = []
    for name in wanted:
        found = [name] if name in known else [n for n in known if fnmatchcase(n, name)]
        if found:
            kept.update(found)
        elif may_add and not set(name) & {"*", "?"}:
            added[name] = None
        else:
            kind = flag.removeprefix("--")
            problems.append(
                Problem(f"{shown(name)}: {unknown_name(kind, tuple(known), name)}", key=flag)
            )
    return Pick(frozenset(kept), tuple(added), tuple(problems))


def same_url(one: str | None, other: str | None) -> bool:
    """Whether two base URLs are one, a slash at the end aside."""
    return one is not None and other is not None and one.rstrip("/") == other.rstrip("/")


def account(
    endpoints: Endpoints, url: str, variable: str | None, name: str
) -> tuple[Endpoint, Endpoints]:
    """Return the endpoint for a URL and a key's variable, and all endpoints with it.

    An endpoint of this URL is used as it is, as its limits are the account's; another variable is
    another account. A new one is called `name`, or `name-2` and so on if that is taken.
    """
    for endpoint in endpoints:
        if same_url(endpoint.base_url, url) and variable in {None, endpoint.api_key_env}:
            return endpoint, endpoints
    taken = {endpoint.name for endpoint in endpoints}
    names = (name if number == 1 else f"{name}-{number}" for number in range(1, len(taken) + 2))
    free = next(candidate for candidate in names if candidate not in taken)
    new = Endpoint(free, url, api_key_env=variable)
    return new, (*endpoints, new)


def with_variable(
    endpoints: Endpoints, used: Collection[str], variable: str, flag: str
) -> Endpoints:
    """Set the key's variable of the one endpoint in use; several would share a key by accident."""
    if not used:
        raise ConfigError(Problem("has no use: there is no endpoint that it is for", key=flag))
    if len(used) > 1:
        listed = ", ".join(map(shown, sorted(used)))
        message = f"is for one endpoint, and here are {len(used)} ({listed})"
        raise ConfigError(Problem(f"{message}: set api_key_env of each in the config", key=flag))
    return tuple(replace(e, api_key_env=variable) if e.name in used else e for e in endpoints)
