"""Open files: as many as the calls in flight need, or a refusal before anything is sent."""

import resource
from collections.abc import Iterable

from asynceval.domain.errors import ConfigError, Problem
from asynceval.domain.sweep import Endpoint

_SPARE = 64


def allow(endpoints: Iterable[Endpoint]) -> tuple[str, ...]:
    """Raise the soft limit of open files to what the calls in flight need.

    ConfigError if the hard limit is below what `parallel` asks for; with `parallel = "auto"`, which
    may need less than its most, a warning.
    """
    gates = {endpoint.gate: endpoint for endpoint in endpoints}.values()
    most = sum(gate.most_in_flight for gate in gates)
    asked = sum(gate.most_in_flight for gate in gates if gate.parallel != "auto")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = most + _SPARE
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return ()
    allowed = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    if allowed >= needed:
        return ()
    remedy = f"raise the hard limit (ulimit -Hn {needed})"
    allows = f"open files, and the system allows {allowed}"
    if allowed >= asked + _SPARE:
        told = f'parallel = "auto" may need {needed} {allows}: {remedy}, or give parallel a number'
        return (told,)
    told = f"{most} calls in flight need {needed} {allows}: {remedy}, or lower parallel"
    if allowed > _SPARE:
        told += f", to {allowed - _SPARE} for all endpoints together"
    raise ConfigError(Problem(told, key="parallel"))
