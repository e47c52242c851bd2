"""How news is worded: one harmless line for each, whatever the texts from outside hold."""

from asynceval.domain.events import (
    BudgetReached,
    EndpointBack,
    EndpointDown,
    LeftoverStopped,
    OpenCall,
    OtherModelAnswered,
    ServerEnded,
    ServerReady,
    ServerStarted,
    ServerStopped,
    SweepStopping,
)
from asynceval.domain.text import counted
from asynceval.progress.news import Outage
from asynceval.progress.wording import duration, one_line, shorten

NAME = 24
"""Cells that the name of an endpoint may take among numbers."""
FULL_DISK = "the disk is full: no call is sent until there is space again"


def start(event: ServerStarted) -> str:
    """Return which server is started, and where its output goes."""
    return one_line(f"starting {event.endpoint}, its output is in {event.log}")


def ready(event: ServerReady) -> str:
    """Return that a server answers, and where."""
    return one_line(f"{event.endpoint} is ready after {event.seconds:.0f} s at {event.base_url}")


def ending(event: ServerEnded | ServerStopped | LeftoverStopped) -> str:
    """Return why a server of ours is no longer up."""
    match event:
        case ServerEnded(endpoint, message):
            return one_line(f"{endpoint} is started again: {message}")
        case ServerStopped(endpoint):
            return one_line(f"{endpoint} is stopped, its GPUs go to another server")
        case LeftoverStopped(endpoint, pid):
            return one_line(f"{endpoint}: stopped process {pid}, which an earlier run had left")


def stop(event: SweepStopping) -> str:
    """Return what happens after the first Ctrl-C, and what a second one would do."""
    calls = counted(event.open_calls, "open call")
    return f"stopping: {calls} may finish within {event.grace:.0f} s, Ctrl-C drops them"


def halt(endpoint: str, model: str | None, reason: str) -> str:
    """Return which endpoint, or which model on it, gets no more calls, and why."""
    place = endpoint if model is None else f"{model} on {endpoint}"
    return one_line(f"halted {place}: {reason}")


def down(outage: Outage, seconds: float) -> str:
    """Return which endpoint fails every call, and when it is tried again, at this second."""
    event = outage.event
    wait = round(outage.retry_at - seconds)
    again = f"in {wait:,} s" if wait > 0 else "now"
    return one_line(f"{event.endpoint} is down: {event.failure.message}; trying again {again}")


def still_down(event: EndpointDown) -> str:
    """Return which endpoint was down when the sweep ended."""
    return one_line(f"{event.endpoint} was down at the end: {event.failure.message}")


def back(event: EndpointBack) -> str:
    """Return which endpoint answers again, and how long it was down."""
    return one_line(f"{event.endpoint} answers again after {duration(event.seconds)}")


def budget(event: BudgetReached) -> str:
    """Return which budget is used up."""
    return one_line(event.message)


def other_model(event: OtherModelAnswered) -> str:
    """Return that a server answers with another model's name."""
    answered = event.answered or "a model without a name"
    return one_line(f"{event.endpoint} answers as {answered} where {event.asked} was asked")


def churn(endpoint: str) -> str:
    """Return that a server wears out the ports of this machine, and what helps."""
    said = "closes each connection: ports may run out, let it keep them alive"
    return one_line(f"{endpoint} {said}")


def defects(count: int) -> str:
    """Return how many calls failed by our own fault, and where their traces are."""
    calls = counted(count, "call failed", "calls failed")
    return (
        f"{calls} inside asynceval; the {'trace is' if count == 1 else 'traces are'} in events.log"
    )


def stood_still(count: int, seconds: float) -> str:
    """Return how often and how long the process did nothing at all."""
    long = f"{seconds:.1f} s" if seconds < 60 else duration(seconds)
    times = f"for {long}" if count == 1 else f"{count:,} times, for {long} in all"
    return f"this process stood still {times} (busy machine or sleep)"


def longest(call: OpenCall) -> str:
    """Return which call has been in flight for the longest time."""
    cell = call.cell
    what = f"question {cell.question} turn {cell.turn} of model {cell.target}"
    if cell.judge is not None:
        what = f"judge {cell.judge} on {what}"
    return one_line(f"waiting the longest: {what}, {duration(call.seconds)}")


def eta(seconds: float | None, awaited: str | None) -> str:
    """Return when it will be over, or which endpoint has to come back before that can be told."""
    if awaited is None:
        return f"eta {duration(seconds)}"
    return f"eta after {shorten(one_line(awaited), NAME)} is back"
