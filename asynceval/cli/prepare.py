"""Preparing a sweep: everything that its files, prices and keys can be wrong in, found at once."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from asynceval.cli.earlier import earlier, place
from asynceval.cli.imports import fitted, recalled, unanswered
from asynceval.cli.listed import listed
from asynceval.cli.open_files import allow
from asynceval.config.flags import Flags, extended, resolve
from asynceval.config.keys import exposed, read_keys, unmasked
from asynceval.config.prices import priced, unpriced
from asynceval.config.questions import load_all
from asynceval.config.request import Request
from asynceval.domain.errors import ConfigError, Problem
from asynceval.domain.secret import Secret
from asynceval.domain.sweep import Sweep
from asynceval.prompts import templates
from asynceval.protocol.conversation import Plan

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A sweep as far as it could be prepared.

    With any problem the plan may be missing or not fit to run; `keys` holds the endpoints whose key
    is there or not needed, once the sweep is equipped. `html` is where the config wants the page.
    """

    sweep: Sweep
    plan: Plan | None
    warnings: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    keys: Mapping[str, Secret | None] = field(default_factory=dict)
    html: Path | None = None

    def whole(self) -> Plan:
        """Return the plan. Raises ConfigError with every problem, if there is any."""
        if self.problems or self.plan is None:
            raise ConfigError(*self.problems)
        return self.plan


def drafted(config: Path | None, flags: Flags, run_dir: Path | None) -> tuple[Path, Prepared]:
    """Return where the run is kept that config and flags ask for, and the draft of it.

    With neither a config nor a URL of models, a run directory that is there is extended.
    """
    before = earlier(run_dir) if run_dir and config is None and flags.base_url is None else None
    if run_dir and before:
        return run_dir, extend(recalled(before, run_dir) if flags.models else before, flags)
    request = resolve(config, flags, listed)
    folder = place(request.sweep, run_dir)
    return folder, draft(request, earlier(folder), folder)


def draft(request: Request, before: Plan | None, folder: Path) -> Prepared:
    """Load questions, references, templates and prices; `before` is the folder's last plan."""
    problems: list[Problem] = []
    sweep = priced(request.sweep, None if before is None else before.sweep)
    path = request.templates
    loaded = _attempt(partial(load_all, request), problems)
    prompts = _attempt(partial(templates.load, path) if path else templates.builtin, problems)
    plan = None
    if loaded is not None and prompts is not None:
        plan = Plan(sweep, loaded[0], prompts)
        if before is not None:
            plan, contradictions = fitted(plan, before, folder)
            problems += contradictions
        _attempt(plan.live().check, problems)
    html = None if request.html is None else Path(request.html)
    warnings = () if loaded is None else loaded[1]
    return Prepared(sweep, plan, warnings, tuple(problems), html=html)


def extend(before: Plan, flags: Flags) -> Prepared:
    """Return a run's own plan with the judges and limits that flags add, of the models they choose."""
    sweep = priced(extended(before.sweep, flags), before.sweep)
    plan = replace(before, sweep=sweep)
    problems: list[Problem] = []
    _attempt(plan.live().check, problems)
    if not plan.live().questions:
        problems.append(Problem("no question of the run has a text: import question.jsonl first"))
    return Prepared(sweep, plan, unanswered(plan), tuple(problems))


def equip(drafted: Prepared) -> Prepared:
    """Add what it takes to run a draft: the keys, the prices for its budgets, and open files."""
    problems = list(drafted.problems)
    sweep = drafted.sweep
    keys: dict[str, Secret | None] = {}
    for endpoint in sweep.endpoints:
        keys.update(_attempt(partial(read_keys, (endpoint,), os.environ), problems) or {})
    problems += unpriced(sweep)
    notes = _attempt(partial(allow, sweep.endpoints), problems) or ()
    told = (*exposed(sweep.endpoints), *unmasked(sweep.endpoints, keys))
    warnings = (*drafted.warnings, *told, *notes)
    return replace(drafted, warnings=warnings, problems=tuple(problems), keys=keys)


def _attempt(step: Callable[[], _T], problems: list[Problem]) -> _T | None:
    try:
        return step()
    except ConfigError as error:
        problems.extend(error.problems)
        return None
