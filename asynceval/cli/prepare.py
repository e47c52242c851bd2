"""Preparing a sweep: everything that its files and keys can be wrong in, found at once."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from asynceval.config.keys import exposed, read_keys
from asynceval.config.questions import load_all
from asynceval.config.request import Request
from asynceval.conversation import Plan
from asynceval.domain.errors import ConfigError, Problem
from asynceval.domain.secret import Secret
from asynceval.prompts import templates

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan and the keys of its endpoints, as far as they could be had.

    With any problem the plan may be missing or not fit to run; `keys` holds the endpoints whose key
    is there or not needed.
    """

    plan: Plan | None
    keys: dict[str, Secret | None]
    warnings: tuple[str, ...]
    problems: tuple[Problem, ...]


def prepare(request: Request) -> Prepared:
    """Load questions, references, templates and keys, and note every problem of all of them."""
    problems: list[Problem] = []

    def attempt(step: Callable[[], _T]) -> _T | None:
        try:
            return step()
        except ConfigError as error:
            problems.extend(error.problems)
            return None

    sweep, path = request.sweep, request.templates
    loaded = attempt(partial(load_all, request))
    prompts = attempt(partial(templates.load, path) if path else templates.builtin)
    plan = None
    if loaded is not None and prompts is not None:
        plan = Plan(sweep, loaded[0], prompts)
        attempt(plan.check)
    keys: dict[str, Secret | None] = {}
    for endpoint in sweep.endpoints:
        keys.update(attempt(partial(read_keys, (endpoint,), os.environ)) or {})
    warnings = () if loaded is None else loaded[1]
    return Prepared(plan, keys, (*warnings, *exposed(sweep.endpoints)), tuple(problems))
