"""Flags: what the command line adds to a config, or says in its place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path

from asynceval.config.fields import PORT, name_fault, path_fault, url_fault, variable_fault
from asynceval.config.listing import Ask, nobody
from asynceval.config.places import QuestionSet, question_set
from asynceval.config.request import Request, pruned, read
from asynceval.config.roster import Pick, account, pick, same_url, with_variable
from asynceval.domain.errors import ConfigError, Problem
from asynceval.domain.secret import shown
from asynceval.domain.sweep import Budget, Judge, Parallel, Sweep, Target

DEFAULT_QUESTIONS = "duet"

_NO_BUDGET = Problem("must be above 0, in US dollars", key="--budget")


@dataclass(frozen=True, slots=True)
class Flags:
    """The flags of `asynceval run` that say what is asked; None and () for those not given."""

    models: tuple[str, ...] = ()
    judges: tuple[str, ...] = ()
    base_url: str | None = None
    judge_base_url: str | None = None
    key_env: str | None = None
    judge_key_env: str | None = None
    parallel: Parallel | None = None
    budget: float | None = None
    questions: str | None = None
    categories: tuple[str, ...] = ()
    limit: int | None = None
    skip_bad: bool = False

    @property
    def judge_url(self) -> str | None:
        """Where judges named by flags are asked: where the models are, unless said otherwise."""
        return self.base_url if self.judge_base_url is None else self.judge_base_url

    @property
    def judge_variable(self) -> str | None:
        """The variable for `judge_url`. A key never goes to another URL than the one it is for."""
        if self.judge_key_env is None and same_url(self.judge_url, self.base_url):
            return self.key_env
        return self.judge_key_env


def resolve(config: Path | None, flags: Flags, ask: Ask = nobody) -> Request:
    """Return what the config and the flags ask for together. Raises ConfigError, naming the flag.

    Without a config, `--model` and `--base-url` make one, on the question set "duet" unless
    `--questions` names another; the sweep is called like the set, so that one more model joins the
    same run. With a config, `--model` and `--judge` choose among its models and judges by name or
    pattern; with `--base-url` or `--judge-base-url`, names it does not have are added there.
    """
    problems = [*_faults(flags), *_unmet(flags, alone=config is None)]
    try:
        override = _questions(flags, DEFAULT_QUESTIONS if config is None else None)
    except LookupError as error:
        problems.append(Problem(str(error), key="--questions"))
        override = None
    if problems:
        raise ConfigError(*problems)
    if config is not None:
        request = read(config, override, ask)
    elif override is not None:
        request = Request(
            Sweep(override.name, (), (), ()),
            override.questions,
            override.references,
            override.templates,
        )
    else:
        raise ConfigError(Problem("is missing", key="--questions"))
    request = replace(request, sweep=_joined(request.sweep, flags))
    return pruned(_narrowed(request, flags))


def _questions(flags: Flags, default: str | None) -> QuestionSet | None:
    text = default if flags.questions is None else flags.questions
    return None if text is None or path_fault(text) is not None else question_set(text)


def _faults(flags: Flags) -> Iterator[Problem]:
    """Yield what is wrong with single flags."""
    for flag, names in (("--model", flags.models), ("--judge", flags.judges)):
        for name in names:
            yield from _problem(flag, name_fault(name))
    for flag, url in (("--base-url", flags.base_url), ("--judge-base-url", flags.judge_base_url)):
        if url is not None:
            holds_port = "holds {port}, which needs a server in a config" if PORT in url else None
            yield from _problem(flag, url_fault(url) or holds_port)
    variables = (("--key-env", flags.key_env), ("--judge-key-env", flags.judge_key_env))
    for flag, variable in variables:
        if variable is not None:
            yield from _problem(flag, variable_fault(variable))
    yield from _number_faults(flags)
    if flags.questions is not None:
        yield from _problem("--questions", path_fault(flags.questions))


def _number_faults(flags: Flags) -> Iterator[Problem]:
    for flag, number in (("--parallel", flags.parallel), ("--limit", flags.limit)):
        if isinstance(number, int) and number < 1:
            yield Problem("must be at least 1", key=flag)
    if flags.budget is not None and not 0 < flags.budget < inf:
        yield _NO_BUDGET


def _unmet(flags: Flags, *, alone: bool) -> Iterator[Problem]:
    """Yield the flags that are missing, and those that mean nothing without another."""
    if alone and not flags.models:
        yield Problem("is needed when there is no config", key="--model")
    if alone and flags.base_url is None:
        yield Problem("is needed when there is no config", key="--base-url")
    if not alone and flags.base_url is not None and not (flags.models or flags.judges):
        yield Problem("needs --model: it is where models not in the config are", key="--base-url")
    if not flags.judges and flags.judge_base_url is not None:
        yield Problem("needs --judge", key="--judge-base-url")
    if alone and not flags.judges and flags.judge_key_env is not None:
        yield Problem("needs --judge", key="--judge-key-env")


def _problem(flag: str, fault: str | None) -> Iterator[Problem]:
    if fault is not None:
        yield Problem(fault, key=flag)


def _joined(sweep: Sweep, flags: Flags) -> Sweep:
    """Return the sweep with the models and judges that the flags choose and add."""
    models = pick(
        "--model", [t.name for t in sweep.targets], flags.models, may_add=flags.base_url is not None
    )
    judges = pick(
        "--judge", [j.name for j in sweep.judges], flags.judges, may_add=flags.judge_url is not None
    )
    problems = [*models.problems, *judges.problems, *_idle(models, judges, flags, sweep)]
    if problems:
        raise ConfigError(*problems)
    endpoints = sweep.endpoints
    targets = [t for t in sweep.targets if t.name in models.kept]
    judging = [j for j in sweep.judges if j.name in judges.kept]
    used: set[str] = set()
    if flags.base_url is None and flags.key_env is not None:
        used = {t.endpoint for t in targets}
        endpoints = with_variable(endpoints, used, flags.key_env, "--key-env")
    if not judges.added and flags.judge_key_env is not None:
        judged = {j.endpoint for j in judging}
        if used & judged and flags.key_env != flags.judge_key_env:
            message = "is another key for the endpoint of --key-env; give judges their own endpoint"
            raise ConfigError(Problem(message, key="--judge-key-env"))
        endpoints = with_variable(endpoints, judged, flags.judge_key_env, "--judge-key-env")
    if models.added and flags.base_url is not None:
        home, endpoints = account(endpoints, flags.base_url, flags.key_env, "default")
        targets += [Target(name, home.name, name) for name in models.added]
    if judges.added and flags.judge_url is not None:
        home, endpoints = account(endpoints, flags.judge_url, flags.judge_variable, "judge")
        judging += [Judge(name, home.name, name) for name in judges.added]
    _check_baselines(targets, judging)
    names = {judge.name for judge in judging}
    return replace(
        sweep,
        endpoints=endpoints,
        targets=tuple(targets),
        judges=tuple(judging),
        juries=tuple(jury for jury in sweep.juries if names.issuperset(jury.judges)),
    )


def _check_baselines(targets: Sequence[Target], judges: Sequence[Judge]) -> None:
    """Raise ConfigError if a judge compares with a model that was not chosen."""
    names = {target.name for target in targets}
    left_out = {j.baseline: j.name for j in judges if j.baseline and j.baseline not in names}
    if left_out:
        told = "leaves out {}, the baseline of judge {}: name it too, or choose judges with --judge"
        raise ConfigError(
            *(Problem(told.format(*map(shown, both)), key="--model") for both in left_out.items())
        )


def _idle(models: Pick, judges: Pick, flags: Flags, sweep: Sweep) -> Iterator[Problem]:
    """Yield the URLs at which nothing would be asked: a flag without effect is a slip.

    One that says where something named is asked already is none, so that a command may be repeated.
    """
    message = "has no use: everything named has an endpoint of its own already, at another URL"
    urls = {endpoint.name: endpoint.base_url for endpoint in sweep.endpoints}
    asked = [urls.get(target.endpoint) for target in sweep.targets if target.name in models.kept]
    judged = [urls.get(judge.endpoint) for judge in sweep.judges if judge.name in judges.kept]
    added = models.added
    if flags.judge_base_url is None:
        asked, added = asked + judged, added + judges.added
    for flag, url, new, homes, problems in (
        ("--base-url", flags.base_url, added, asked, models.problems),
        ("--judge-base-url", flags.judge_base_url, judges.added, judged, judges.problems),
    ):
        if url is not None and not (new or problems or any(same_url(url, h) for h in homes)):
            yield Problem(message, key=flag)


def extended(sweep: Sweep, flags: Flags) -> Sweep:
    """Return the sweep of a run directory with the judges and limits that flags add to it.

    `--model` chooses among its models; its judges stay, but for those whose baseline is left out.
    """
    given = {
        "--base-url": flags.base_url,
        "--key-env": flags.key_env,
        "--questions": flags.questions,
        "--category": flags.categories,
        "--limit": flags.limit,
        "--skip-bad": flags.skip_bad,
    }
    message = "has no use without --base-url or a config: the run has its own"
    problems = [*_faults(flags), *_unmet(flags, alone=False)]
    problems += (Problem(message, key=flag) for flag, value in given.items() if value)
    if problems:
        raise ConfigError(*problems)
    joined = _joined(sweep, flags)
    names = {target.name for target in joined.targets}
    kept = [judge for judge in sweep.judges if judge.baseline is None or judge.baseline in names]
    added = (judge for judge in joined.judges if judge not in sweep.judges)
    return _limited(replace(joined, judges=(*kept, *added)), flags)


def _narrowed(request: Request, flags: Flags) -> Request:
    """Return the request with the flags that simply replace a value."""
    return replace(
        request,
        sweep=_limited(request.sweep, flags),
        categories=flags.categories or request.categories,
        limit=request.limit if flags.limit is None else flags.limit,
        skip_bad=flags.skip_bad,
    )


def _limited(sweep: Sweep, flags: Flags) -> Sweep:
    """Return the sweep within other limits, if the flags say so."""
    if flags.parallel is not None:
        endpoints = tuple(replace(e, parallel=flags.parallel) for e in sweep.endpoints)
        sweep = replace(sweep, endpoints=endpoints)
    if flags.budget is not None:
        sweep = with_budget(sweep, flags.budget)
    return sweep


def with_budget(sweep: Sweep, usd: float) -> Sweep:
    """Return the sweep with this budget in dollars; one in tokens stays. ConfigError if it is none."""
    if not 0 < usd < inf:
        raise ConfigError(_NO_BUDGET)
    return replace(sweep, budget=replace(sweep.budget or Budget(), usd=usd))
