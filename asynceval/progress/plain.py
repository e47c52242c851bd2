"""Plain lines: the progress without a terminal, for log files and pipes."""

from math import inf
from types import TracebackType
from typing import IO, Self

from asynceval.domain.events import (
    AnswerLanded,
    BudgetReached,
    ConnectionsClosed,
    DefectMet,
    EndpointBack,
    EndpointDown,
    EndpointHalted,
    Event,
    JudgmentLanded,
    LeftoverStopped,
    OtherModelAnswered,
    Pulsed,
    ServerEnded,
    ServerReady,
    ServerStarted,
    ServerStopped,
    SweepEnded,
    SweepStarted,
    SweepStopping,
)
from asynceval.domain.text import counted
from asynceval.domain.waits import STOOD_STILL
from asynceval.progress.cost import cost
from asynceval.progress.held import held
from asynceval.progress.sentences import (
    FULL_DISK,
    back,
    budget,
    churn,
    defects,
    down,
    ending,
    eta,
    halt,
    longest,
    other_model,
    ready,
    still_down,
    stood_still,
    stop,
)
from asynceval.progress.tally import Tally
from asynceval.progress.wording import duration, one_line, percent, rate, shorten

EVERY = 5.0
"""Seconds between two lines of numbers, and between two that tell of the same thing."""
FULL = 15.0
"""Seconds between two lines that say that the disk is full; after 60 the run ends."""
SUMMARY = 240
"""Cells that the reason of a halt may take at the end, where it is told once more."""
LONG = 60.0
"""Seconds in flight from which on the oldest call is told, and between two such lines."""


class PlainLines:
    """Writes a line of numbers at most every five seconds, and one for each thing worth saying.

    When the reader is gone, it stays silent and the run goes on.
    """

    def __init__(self, stream: IO[str], tally: Tally) -> None:
        """Take the stream to write to and the tally to feed."""
        self._stream: IO[str] | None = stream
        self._tally = tally
        self._due = EVERY
        self._due_again: dict[tuple[str, str | None], float] = {}
        self._down: set[str] = set()

    def __enter__(self) -> Self:
        """Begin; there is nothing to prepare."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End; there is nothing to restore."""

    def __call__(self, event: Event) -> None:
        """Count the event, and write a line if it is time to."""
        self._tally.count(event)
        match event:
            case AnswerLanded() | JudgmentLanded():  # by far the most of them
                return
            case Pulsed():
                self._pulse(event)
            case EndpointDown() | EndpointBack():
                self._outages()
            case BudgetReached(judge):
                self._write_seldom(("budget", judge), budget(event), inf)
            case OtherModelAnswered(endpoint, asked):
                self._write_seldom((f"model at {endpoint}", asked), other_model(event), inf)
            case DefectMet():
                self._write_seldom(("defect", None), defects(1), inf)
            case SweepEnded():
                self._end(event)
            case _:
                if line := self._line(event):
                    self._write(line)

    def _line(self, event: Event) -> str | None:
        """Return what is told of an event at once and each time, if anything."""
        line = None
        match event:
            case ServerStarted():
                line = f"starting {event.endpoint}: {event.command} (output in {event.log})"
            case ServerReady():
                line = ready(event)
            case ServerEnded() | ServerStopped() | LeftoverStopped():
                line = ending(event)
            case SweepStarted():
                plan = f"{counted(self._tally.total, 'call')} in plan"
                line = f"{event.name}: {plan}, run directory {event.run_dir}"
            case EndpointHalted():
                line = halt(event.endpoint, event.model, event.failure.message)
            case ConnectionsClosed(endpoint):
                line = churn(endpoint)
            case SweepStopping():
                line = stop(event)
        return line

    def _pulse(self, event: Pulsed) -> None:
        tally = self._tally
        self._outages()
        if event.lag > STOOD_STILL:
            self._write_seldom(("still", None), stood_still(1, event.lag), EVERY)
        if tally.is_disk_full:
            self._write_seldom(("disk", None), FULL_DISK, FULL)
        if event.oldest is not None and event.oldest.seconds >= LONG:
            self._write_seldom(("oldest", None), longest(event.oldest), LONG)
        if event.seconds >= self._due and tally.lanes:
            self._due = event.seconds + EVERY
            self._write(self._numbers())

    def _outages(self) -> None:
        """Tell which endpoints went down or came back since that was told last."""
        tally, news = self._tally, self._tally.news
        for endpoint, outage in news.down.items():
            line = down(outage, tally.seconds)
            if endpoint not in self._down and self._write_seldom(("down", endpoint), line, EVERY):
                self._down.add(endpoint)
        for endpoint in self._down - news.down.keys():
            self._down.remove(endpoint)
            if endpoint in news.back:
                self._write(back(news.back[endpoint][0]))

    def _numbers(self) -> str:
        tally = self._tally
        calls, _ = tally.rates() or (0.0, 0.0)
        retried = sum(lane.retried for lane in tally.lanes)
        return "  ".join(
            (
                self._counts(),
                f"{rate(calls)} calls/s",
                f"in flight {tally.in_flight:,}",
                *([f"retried {retried:,}"] if retried else []),
                f"failed {tally.failed:,}",
                eta(tally.eta(), tally.awaited),
            )
        )

    def _end(self, event: SweepEnded) -> None:
        """Write the last numbers, what was told only once before, and what held the calls back."""
        tally, news = self._tally, self._tally.news
        parts = [
            self._counts(),
            "interrupted" if event.interrupted else "ended",
            f"retried {sum(lane.retried for lane in tally.lanes):,}",
            f"failed {tally.failed:,}",
        ]
        if told := cost(tally):
            parts.append(told)
        self._write("  ".join(parts))
        for gone in news.halted.values():
            line = halt(gone.endpoint, gone.model, gone.failure.message)
            self._write(shorten(line, SUMMARY))
        for outage in news.down.values():
            self._write(still_down(outage.event))
        if news.defects > 1:
            self._write(defects(news.defects))
        if news.stills > 1:
            self._write(stood_still(news.stills, news.stood_still))
        for line, advice in held(tally):
            self._write(line + advice)

    def _counts(self) -> str:
        done, total = self._tally.done, self._tally.total
        return f"{duration(self._tally.seconds)}  {done:,}/{total:,} ({percent(done, total)})"

    def _write_seldom(self, what: tuple[str, str | None], line: str, spacing: float) -> bool:
        """Write a line unless one about the same was written less than `spacing` seconds ago."""
        if self._tally.seconds < self._due_again.get(what, 0.0):
            return False
        self._due_again[what] = self._tally.seconds + spacing
        self._write(line)
        return True

    def _write(self, line: str) -> None:
        if self._stream is None:
            return
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        text = one_line(line).encode(encoding, "backslashreplace").decode(encoding)
        try:
            self._stream.write(text + "\n")
            self._stream.flush()
        except (OSError, ValueError):  # the reader is gone, or the stream is closed
            self._stream = None
