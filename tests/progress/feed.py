"""Events and terminals to feed the progress display with."""

from dataclasses import replace
from io import StringIO

import pyte
from rich.console import Console

from asynceval.domain.cell import Cell
from asynceval.domain.events import (
    AnswerLanded,
    BudgetReached,
    CallFailed,
    CallRetried,
    ConnectionsClosed,
    DefectMet,
    EndpointBack,
    EndpointDown,
    Event,
    GateStatus,
    JudgmentLanded,
    Lane,
    OpenCall,
    OtherModelAnswered,
    Pulsed,
    SweepStarted,
)
from asynceval.domain.failure import Cause, Failure
from asynceval.domain.reply import Reply, Usage
from asynceval.domain.sweep import Price
from asynceval.domain.verdict import Score, Verdict
from asynceval.progress import PlainLines, Tally

JUDGE = "gpt-4o"


def started(*models: str, total: int = 10, price: Price | None = None) -> SweepStarted:
    """Return the plan of a sweep of these models and one judge, on an endpoint each kind."""
    lanes = [Lane("target", model, "local", "local", total, price) for model in models]
    judge = Lane("judge", JUDGE, "openai", "openai", total * len(models))
    return SweepStarted("mt-bench", "runs/mt-bench", (*lanes, judge))


def answer(model: str, tokens: int | None = 100, *, stored: bool = False) -> AnswerLanded:
    """Return an answer of a model."""
    return AnswerLanded(cell(model), b"k", Reply("x", usage=Usage(tokens, tokens)), stored)


def judgment(model: str, verdict: Verdict | float, *, stored: bool = False) -> JudgmentLanded:
    """Return a judgment of an answer of a model."""
    verdict = Score(verdict) if isinstance(verdict, float) else verdict
    return JudgmentLanded(
        cell(model, JUDGE), b"k", Reply("x", usage=Usage(100, 100)), verdict, stored
    )


def failed(model: str, cause: Cause = Cause.SERVER, judge: str | None = None) -> CallFailed:
    """Return a call that ended without a reply."""
    return CallFailed(cell(model, judge), "local", Failure(cause, "no luck"))


def retried(model: str, cause: Cause = Cause.RATE) -> CallRetried:
    """Return an attempt that is made again."""
    return CallRetried(cell(model), "local", Failure(cause, "slow down", 429), 1.0)


def pulse(seconds: float, *endpoints: GateStatus) -> Pulsed:
    """Return a pulse with these endpoints, or with two busy ones."""
    busy = (
        GateStatus("local", 8, 8, 31, waits_for="in flight"),
        GateStatus("openai", 48, 50, 1312, 3000.0, waits_for="rpm", rate_limited=12),
    )
    return Pulsed(seconds, endpoints or busy)


def went_down(
    endpoint: str = "openai", message: str = "no answer", wait: float = 8
) -> EndpointDown:
    """Return that an endpoint fails every call."""
    return EndpointDown(endpoint, Failure(Cause.UNREACHABLE, message), wait)


def late(seconds: float, lag: float) -> Pulsed:
    """Return a pulse of two busy endpoints that comes late."""
    return replace(pulse(seconds), lag=lag)


def waiting(seconds: float, longest: float, judge: str | None = None) -> Pulsed:
    """Return a pulse whose oldest call has been open for so many seconds."""
    place = Cell("q7", "writing", 2, "qwen3-8b", 0, judge)
    return replace(pulse(seconds), oldest=OpenCall(place, longest))


def trouble() -> list[Event]:
    """Return one of each thing that goes wrong without an end of the sweep."""
    return [
        went_down("local"),
        EndpointBack("local", 42),
        went_down(),
        BudgetReached(None, "the budget of 5 USD is reached"),
        OtherModelAnswered("openai", "gpt-y", "gpt-x"),
        ConnectionsClosed("openai"),
        DefectMet(cell("a"), "Traceback: a\n  b"),
        replace(waiting(13, 312), lag=3.2),
    ]


def busy(*models: str, seconds: int = 12) -> Tally:
    """Return the tally of a sweep that is well under way."""
    tally = Tally()
    tally.count(started(*models, total=160, price=Price(2.5, 10)))
    tally.count(pulse(0))
    for second in range(1, seconds + 1):
        for model in models:
            tally.count(answer(model, stored=second == 1))
            tally.count(judgment(model, 7.5))
        tally.count(pulse(second))
    tally.count(retried(models[0]))
    tally.count(failed(models[0], Cause.CONTEXT_LENGTH))
    return tally


def cell(model: str, judge: str | None = None) -> Cell:
    """Return a cell of a model's lane, or of the judge's."""
    return Cell("q1", "writing", 1, model, 0, judge)


def console(width: int = 80, height: int = 24) -> tuple[Console, StringIO]:
    """Return a console that takes itself for a terminal, and what it writes."""
    written = StringIO()
    return Console(file=written, force_terminal=True, width=width, height=height), written


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        """Start at some moment."""
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    def next(self) -> None:
        """Go on by a second."""
        self.now += 1.0


def screen_of(written: str, width: int = 80, height: int = 24) -> pyte.Screen:
    """Return the terminal after it was sent `written`, as its driver would."""
    screen = pyte.Screen(width, height)
    pyte.Stream(screen).feed(written.replace("\n", "\r\n"))
    return screen


def text_of(screen: pyte.Screen) -> str:
    """Return the lines of the screen that hold something."""
    return "\n".join(line.rstrip() for line in screen.display).rstrip()


def lines_of(*events: Event) -> list[str]:
    """Return the plain lines written about these events."""
    written = StringIO()
    with PlainLines(written, Tally()) as plain:
        for event in events:
            plain(event)
    return written.getvalue().splitlines()
