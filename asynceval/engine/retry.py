"""When a failed attempt is made again, and after which wait. Pure."""

from dataclasses import dataclass

from asynceval.providers.signal import Action, Signal

_FIRST_WAIT = 0.5
_LONGEST_WAIT = 60.0
_LONGEST_ASKED = 300.0


@dataclass(frozen=True, slots=True)
class Policy:
    """How patient a call is.

    `retries` after a fault of server or network, `unusable` after a success without a usable body;
    `patience` are the seconds for which a server may keep asking to slow down.
    """

    retries: int = 5
    unusable: int = 2
    patience: float = 3600.0


@dataclass(frozen=True, slots=True)
class History:
    """What became of a call's attempts so far; `waited` are the seconds of back-off between them."""

    faults: int = 0
    unusable: int = 0
    slow_downs: int = 0
    waited: float = 0.0


def wait(policy: Policy, signal: Signal, history: History, random: float) -> float | None:
    """Return the seconds until the next attempt, None if there is to be none.

    `history` includes the attempt that gave the signal; `random` is from [0, 1). A server's own
    wait is believed up to 300 s and spread over a tenth more; otherwise the wait is drawn from the
    whole range up to a bound that doubles, so that callers who failed together do not return
    together.
    """
    match signal.action:
        case Action.RETRY:
            failures, is_over = history.faults, history.faults > policy.retries
        case Action.RETRY_ONCE:
            failures, is_over = history.unusable, history.unusable > policy.unusable
        case Action.SLOW_DOWN:
            failures, is_over = history.slow_downs, history.waited > policy.patience
        case _:
            return None
    if is_over:
        return None
    if signal.retry_after is not None:
        return min(signal.retry_after, _LONGEST_ASKED) * (1 + random / 10)
    return random * min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** min(failures, 10))
