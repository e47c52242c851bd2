"""Servers of our own: what their keys hold, and the endpoints of models that have one to themselves."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final, TypeVar

from asynceval.domain.secret import holds_key
from asynceval.domain.sweep import Endpoint, Judge, Server, Target

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")
_GPU: Final = re.compile(r"[A-Za-z0-9/_-]{1,100}")
_Asked = TypeVar("_Asked", Target, Judge)


def env(value: object) -> tuple[tuple[str, str], ...]:
    """Return variables for a server's environment, by name. Raises ValueError with what is wrong."""
    if not isinstance(value, dict):
        raise ValueError('must be a table of variables, as in { OMP_NUM_THREADS = "8" }')  # noqa: TRY004 - pydantic tells only this one
    for name, text in value.items():
        if not _NAME.fullmatch(name):
            raise ValueError("holds a name that is no name of a variable")
        if not isinstance(text, str) or "\0" in text:
            raise ValueError(f"{name} must be a text")
        if holds_key(text):
            raise ValueError(f"{name} holds a key: set it outside, servers get our environment")
    return tuple(sorted(value.items()))


def gpus(value: object) -> tuple[str, ...]:
    """Return the GPUs that a server runs on, each once. Raises ValueError with what is wrong."""
    if not isinstance(value, list) or not value:
        raise ValueError("must be a list of GPUs, as in [0, 1]")
    for gpu in value:
        is_name = isinstance(gpu, str) and _GPU.fullmatch(gpu)
        if not is_name and (type(gpu) is not int or gpu < 0):
            raise ValueError("must hold the numbers of GPUs, or their UUIDs")
    return tuple(dict.fromkeys(str(gpu) for gpu in value))


class Own:
    """Gives models with a server of their own an endpoint of their own, as their endpoint is but for it.

    Two with the same server at the same endpoint share it.
    """

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        """Take the endpoints of the config."""
        self._declared = {endpoint.name: endpoint for endpoint in endpoints}
        self._own: dict[tuple[str, Server], Endpoint] = {}
        self._shared: set[str] = set()

    def placed(self, model: _Asked, server: Server | None) -> _Asked:
        """Return a model at the endpoint where its server is."""
        declared = self._declared.get(model.endpoint)
        if server is None or declared is None:
            self._shared.add(model.endpoint)
            return model
        own = self._own.get((declared.name, server))
        if own is None:
            own = replace(declared, name=f"{declared.name}/{model.name}", server=server)
            self._own[declared.name, server] = own
        return replace(model, endpoint=own.name)

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return all endpoints; one whose models all have a server to themselves is left out."""
        split = {name for name, _ in self._own} - self._shared
        kept = (endpoint for name, endpoint in self._declared.items() if name not in split)
        return (*kept, *self._own.values())


def has_own(models: Iterable[Mapping[str, object]], endpoint: object) -> bool:
    """Whether all the models at an endpoint have a server to themselves, and there are any."""
    here = [model for model in models if model.get("endpoint") == endpoint]
    return bool(here) and all("server" in model for model in here)
