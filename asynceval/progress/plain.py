"""Plain lines: the progress without a terminal, for log files and pipes."""

from types import TracebackType
from typing import IO, Self

from asynceval.domain.events import (
    EndpointHalted,
    Event,
    Pulsed,
    ServerReady,
    ServerStarted,
    SweepEnded,
    SweepStarted,
    SweepStopping,
)
from asynceval.progress.tally import Tally
from asynceval.progress.wording import dollars, duration, halt, one_line, percent, rate, stop

EVERY = 5.0
"""Seconds between two lines of numbers."""


class PlainLines:
    """Writes a line of numbers at most every five seconds, and one for each thing worth saying.

    When the reader is gone, it stays silent and the run goes on.
    """

    def __init__(self, stream: IO[str], tally: Tally) -> None:
        """Take the stream to write to and the tally to feed."""
        self._stream: IO[str] | None = stream
        self._tally = tally
        self._due = EVERY

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
        tally = self._tally
        tally.count(event)
        match event:
            case Pulsed():
                if event.seconds >= self._due and tally.lanes:
                    self._due = event.seconds + EVERY
                    self._write(self._numbers())
            case ServerStarted():
                self._write(f"starting {event.endpoint}: {event.command} (output in {event.log})")
            case ServerReady():
                self._write(
                    f"{event.endpoint} is ready after {event.seconds:.0f} s at {event.base_url}"
                )
            case SweepStarted():
                stored = (
                    f"{event.name}: {tally.total:,} calls in plan, run directory {event.run_dir}"
                )
                self._write(stored)
            case EndpointHalted():
                self._write(halt(event.endpoint, event.model, event.failure.message))
            case SweepStopping():
                self._write(stop(event))
            case SweepEnded():
                self._write(self._ending(event))

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
                f"eta {duration(tally.eta())}",
            )
        )

    def _ending(self, event: SweepEnded) -> str:
        tally = self._tally
        parts = [
            self._counts(),
            "interrupted" if event.interrupted else "ended",
            f"retried {sum(lane.retried for lane in tally.lanes):,}",
            f"failed {tally.failed:,}",
        ]
        if tally.cost is not None:
            parts.append(f"cost {dollars(tally.cost)}")
        return "  ".join(parts)

    def _counts(self) -> str:
        done, total = self._tally.done, self._tally.total
        return f"{duration(self._tally.seconds)}  {done:,}/{total:,} ({percent(done, total)})"

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
