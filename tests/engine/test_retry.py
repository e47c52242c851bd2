"""Check when a failed attempt is made again, and how long after."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynceval.domain.failure import Cause, Failure
from asynceval.engine.retry import History, Policy, wait
from asynceval.providers.signal import Action, Signal

POLICY = Policy(retries=5, unusable=2, patience=3600)
HIGHEST = 1 - 1e-9


def signal(action: Action, retry_after: float | None = None) -> Signal:
    return Signal(Failure(Cause.SERVER, "no luck"), action, retry_after)


@pytest.mark.parametrize(
    ("action", "history", "is_again"),
    [
        (Action.RETRY, History(faults=1), True),
        (Action.RETRY, History(faults=5), True),
        (Action.RETRY, History(faults=6), False),
        (Action.RETRY, History(faults=1, unusable=9, slow_downs=99, taken=9999), True),
        (Action.RETRY_ONCE, History(unusable=2), True),
        (Action.RETRY_ONCE, History(unusable=3), False),
        (Action.RETRY_ONCE, History(unusable=1, faults=9, slow_downs=99, taken=9999), True),
        (Action.SLOW_DOWN, History(slow_downs=1), True),
        (Action.SLOW_DOWN, History(slow_downs=999, taken=9999, faults=9, unusable=9), True),
        (Action.GIVE_UP, History(), False),
        (Action.HALT_MODEL, History(), False),
        (Action.HALT_ENDPOINT, History(), False),
    ],
)
def test_how_often(action: Action, history: History, *, is_again: bool) -> None:
    """Each kind of failure has its own count, and only its own decides."""
    assert (wait(POLICY, signal(action), history, 0.5) is not None) is is_again


@pytest.mark.parametrize("action", [Action.RETRY, Action.RETRY_ONCE, Action.SLOW_DOWN])
@pytest.mark.parametrize(
    ("count", "longest"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (8, 60), (10**6, 60)]
)
def test_back_off_doubles_up_to_a_minute(action: Action, count: int, longest: float) -> None:
    """The wait is drawn from nothing up to a bound that doubles from 1 s to 60 s."""
    history = History(faults=count, unusable=count, slow_downs=count)
    endless = Policy(retries=10**9, unusable=10**9)
    assert wait(endless, signal(action), history, 0) == 0
    assert wait(endless, signal(action), history, 0.5) == longest / 2
    assert wait(endless, signal(action), history, HIGHEST) == pytest.approx(longest)


@pytest.mark.parametrize("action", [Action.RETRY, Action.RETRY_ONCE, Action.SLOW_DOWN])
@given(asked=st.floats(0, 1e12), random=st.floats(0, 1, exclude_max=True))
def test_the_servers_wait_is_kept(action: Action, asked: float, random: float) -> None:
    """A server's own wait is never cut short, is spread over a tenth more, and ends at 300 s."""
    history = History(faults=1, unusable=1, slow_downs=1)
    seconds = wait(POLICY, signal(action, asked), history, random)
    assert seconds is not None
    assert min(asked, 300) <= seconds <= min(asked, 300) * 1.1


def test_a_wait_is_no_reason_to_try_again() -> None:
    """What is given up or over stays so, whatever wait the server names."""
    assert wait(POLICY, signal(Action.GIVE_UP, 1.0), History(), 0.5) is None
    assert wait(POLICY, signal(Action.RETRY, 1.0), History(faults=6), 0.5) is None


def test_an_idle_connection_is_replaced_at_once() -> None:
    """What was closed while idle is tried again at once, if it is the only failure there is."""
    stale = Signal(Failure(Cause.CONNECTION, "closed"), Action.RETRY, is_stale=True)
    assert wait(POLICY, stale, History(faults=1), 0.5, is_lone=True) == 0
    assert wait(POLICY, stale, History(faults=1), 0.5, is_lone=False) == 0.5
    assert wait(POLICY, stale, History(faults=2), 0.5, is_lone=True) == 1
    assert wait(POLICY, signal(Action.RETRY), History(faults=1), 0.5, is_lone=True) == 0.5


def test_an_outage_is_not_charged_to_a_call() -> None:
    """What fails while everything fails counts neither as an attempt nor as time of the call."""
    fault = Signal(Failure(Cause.SERVER, "no"), Action.RETRY, maybe_paid=True)
    assert History().after(fault, 3.0, is_outage=True) == History()
    assert History().after(fault, 3.0, is_outage=False) == History(1, taken=3.0)


def test_the_history_counts_each_kind() -> None:
    """Attempts are counted by what they called for."""
    history = History()
    for action in (Action.RETRY, Action.RETRY_ONCE, Action.RETRY_ONCE, Action.SLOW_DOWN):
        history = history.after(signal(action), 1.0, is_outage=False)
    assert history == History(faults=1, unusable=2, slow_downs=1, taken=4.0)
