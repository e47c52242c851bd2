"""When a failed attempt is made again, and after which wait. Pure."""

from dataclasses import dataclass, replace

from asynceval.providers.signal import Action, Signal

_FIRST_WAIT = 0.5
_LONGEST_WAIT = 60.0
LONGEST_ASKED = 300.0
"""Seconds of a server's own wait that are believed."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How patient a run is.

    `retries` after a fault of server or network, `unusable` after a success without a usable body.
    `patience` are the seconds for which a server may refuse every call to a model, `outage` those for
    which it may fail every call; `first` retries and `first_outage` seconds have to do for an
    endpoint that cannot be reached and has never answered.
    """

    retries: int = 5
    unusable: int = 2
    patience: float = 3600.0
    outage: float = 1800.0
    first: int = 2
    first_outage: float = 5.0


@dataclass(frozen=True, slots=True)
class History:
    """What became of a call's attempts so far.

    `taken` are the seconds that attempts and the back-off after faults took, which count against the
    deadline.
    """

    faults: int = 0
    unusable: int = 0
    slow_downs: int = 0
    taken: float = 0.0

    def after(self, signal: Signal, seconds: float, *, is_outage: bool) -> "History":
        """Return the history with one more attempt, which took so many seconds.

        An attempt on an endpoint that is down for everybody tells nothing about the call: it is not
        counted against it, and neither is its time.
        """
        is_fault = signal.action is Action.RETRY and not is_outage
        return replace(
            self,
            faults=self.faults + is_fault,
            unusable=self.unusable + (signal.action is Action.RETRY_ONCE),
            slow_downs=self.slow_downs + (signal.action is Action.SLOW_DOWN),
            taken=self.taken + (0.0 if is_outage else seconds),
        )


def wait(
    policy: Policy, signal: Signal, history: History, random: float, *, is_lone: bool = False
) -> float | None:
    """Return the seconds until the next attempt, None if there is to be none.

    `history` includes the attempt that gave the signal; `random` is from [0, 1). A server's own
    wait is believed up to 300 s and spread over a tenth more; otherwise the wait is drawn from the
    whole range up to a bound that doubles, so that callers who failed together do not return
    together. A connection that had been closed while it was idle is replaced at once, if it `is_lone`:
    the only failure there is.
    """
    match signal.action:
        case Action.RETRY:
            failures, is_over = history.faults, history.faults > policy.retries
        case Action.RETRY_ONCE:
            failures, is_over = history.unusable, history.unusable > policy.unusable
        case Action.SLOW_DOWN:
            failures, is_over = history.slow_downs, False
        case _:
            return None
    if is_over:
        return None
    if signal.retry_after is not None:
        return min(signal.retry_after, LONGEST_ASKED) * (1 + random / 10)
    if signal.is_stale and is_lone and history.faults == 1:
        return 0.0
    return random * min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** min(failures, 10))
