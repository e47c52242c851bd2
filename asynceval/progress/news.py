"""The news: what has happened that is told in words, not in numbers."""

from dataclasses import dataclass

from asynceval.domain.events import (
    BudgetReached,
    ConnectionsClosed,
    DefectMet,
    EndpointBack,
    EndpointDown,
    EndpointHalted,
    Event,
    OpenCall,
    OtherModelAnswered,
    Pulsed,
    ServerEnded,
    ServerReady,
    ServerStarted,
    SweepStopping,
)
from asynceval.domain.waits import STOOD_STILL


@dataclass(frozen=True, slots=True)
class Outage:
    """An endpoint that is down, and the second of the sweep at which it is tried again."""

    event: EndpointDown
    retry_at: float


class News:
    """What is the case now, and what stays worth knowing to the end.

    Endpoints that are back come with the second of the sweep at which that was told. Nothing here
    grows with the number of calls.
    """

    def __init__(self) -> None:
        """Start with no news."""
        self.ended: dict[str, ServerEnded] = {}
        self.starting: dict[str, ServerStarted] = {}
        self.stopping: SweepStopping | None = None
        self.halted: dict[tuple[str, str | None], EndpointHalted] = {}
        self.down: dict[str, Outage] = {}
        self.back: dict[str, tuple[EndpointBack, float]] = {}
        self.budgets: dict[str | None, BudgetReached] = {}
        self.others: dict[tuple[str, str], OtherModelAnswered] = {}
        self.churned: list[str] = []
        self.defects = 0
        self.oldest: OpenCall | None = None
        self.stills = 0
        self.stood_still = 0.0

    def note(self, event: Event, seconds: float) -> None:
        """Take in an event that comes at this second of the sweep."""
        match event:
            case BudgetReached():
                self.budgets.setdefault(event.judge, event)
            case OtherModelAnswered():
                self.others.setdefault((event.endpoint, event.asked), event)
            case ConnectionsClosed():
                self.churned.append(event.endpoint)
            case DefectMet():
                self.defects += 1
            case SweepStopping():
                self.stopping = event
            case ServerStarted():
                self.starting[event.endpoint] = event
            case ServerEnded():
                self.ended[event.endpoint] = event
            case ServerReady():
                self.starting.pop(event.endpoint, None)
            case _:
                self._note_state(event, seconds)

    def pulse(self, event: Pulsed) -> None:
        """Take in which call is open for the longest time, and whether the process stood still."""
        self.oldest = event.oldest
        if event.lag > STOOD_STILL:
            self.stills += 1
            self.stood_still += event.lag

    def _note_state(self, event: Event, seconds: float) -> None:
        """Note that an endpoint halted, went down or came back."""
        match event:
            case EndpointHalted():
                self.halted[event.endpoint, event.model] = event
                if event.model is None:
                    self.starting.pop(event.endpoint, None)
                    self.down.pop(event.endpoint, None)
            case EndpointDown():
                self.down[event.endpoint] = Outage(event, seconds + event.wait)
                self.back.pop(event.endpoint, None)
            case EndpointBack():
                self.down.pop(event.endpoint, None)
                self.back[event.endpoint] = event, seconds
