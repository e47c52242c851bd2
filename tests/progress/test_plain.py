"""Plain lines, as read in a log file."""

import re
from io import StringIO, TextIOWrapper
from typing import BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asynceval.domain.events import (
    EndpointHalted,
    Event,
    GateStatus,
    Pulsed,
    ServerReady,
    ServerStarted,
    SweepEnded,
    SweepStopping,
)
from asynceval.domain.failure import Cause, Failure
from asynceval.domain.sweep import Price
from asynceval.progress import PlainLines, Tally
from tests.progress.feed import answer, failed, lines_of, pulse, started, went_down

HALT = Failure(Cause.QUOTA, "the account\nhas \x1b[2Jno money")


def test_a_line_has_the_numbers() -> None:
    """One line tells time, done, speed, load, failures and what is left."""
    steps: list[Event] = []
    for second in range(1, 7):
        steps += [*[answer("a")] * 10, pulse(second)]
    plan = started("a", total=100, price=Price(1, 1))
    lines = lines_of(plan, pulse(0), *steps, failed("a"), SweepEnded(723, interrupted=True))
    assert lines[0] == "mt-bench: 200 calls in plan, run directory runs/mt-bench"
    assert (
        lines[1] == "00:05  50/200 (25 %)  10.0 calls/s  in flight 56  failed 0  eta --:--"
    )  # unknown, for the judge has not said a word
    assert (
        lines[2]
        == "12:03  60/200 (30 %)  interrupted  retried 0  failed 1  cost of this run: 0.0120 USD, 1 without a price"
    )
    assert [line.split(":")[0] for line in lines[3:]] == ["local", "openai"]  # what held it back


@settings(deadline=None)  # other work on the machine is no failure
@given(st.lists(st.floats(0.01, 8), max_size=80))
def test_at_most_one_line_in_five_seconds(steps: list[float]) -> None:
    """Two lines of numbers are never less than five seconds apart, nor needlessly far."""
    written = StringIO()
    plain = PlainLines(written, Tally())
    plain(started("a"))
    now, due, last = 0.0, 5.0, -5.0
    for step in steps:
        now += step
        before = written.getvalue()
        plain(Pulsed(now, ()))
        has_written = written.getvalue() != before
        assert has_written == (now >= due)
        if has_written:
            assert now - last > 4.999
            last, due = now, now + 5


def test_news_is_told_at_once() -> None:
    """Servers, halted endpoints, stopping and the end do not wait, and text from outside is safe."""
    lines = lines_of(
        ServerStarted("local", "vllm serve \x1b[2J", "runs/x/local.log"),
        ServerReady("local", "http://127.0.0.1:8000/v1", 41.6),
        started("a"),
        EndpointHalted("openai", None, HALT),
        EndpointHalted("openai", "gpt-4o", HALT),
        SweepStopping(1, 10),
        SweepEnded(3, interrupted=False),
    )
    assert lines[0] == "starting local: vllm serve ␛[2J (output in runs/x/local.log)"
    assert lines[1] == "local is ready after 42 s at http://127.0.0.1:8000/v1"
    assert lines[3] == "halted openai: the account␊has ␛[2Jno money"
    assert lines[4] == "halted gpt-4o on openai: the account␊has ␛[2Jno money"
    assert lines[5] == "stopping: 1 open call may finish within 10 s, Ctrl-C drops them"
    assert re.fullmatch(r"00:03  0/20 \(0 %\)  ended  retried 0  failed 0", lines[6])
    assert lines[7:9] == lines[3:5]  # far above at the end of a long run


def test_why_an_endpoint_was_halted_is_told_again_at_the_end_in_short() -> None:
    """It may be the last words of a server; their beginning and their end say the most."""
    words = Failure(Cause.UNREACHABLE, f"the server ended. {'x' * 999} CUDA out of memory")
    lines = lines_of(
        started("a"), EndpointHalted("box", None, words), SweepEnded(3, interrupted=False)
    )
    assert lines[1].endswith(words.message)
    assert re.fullmatch(r"halted box: the server ended\. x+…x+ CUDA out of memory", lines[3])
    assert len(lines[3]) == 240


@pytest.mark.parametrize("error", [BrokenPipeError(32, "Broken pipe"), ValueError("closed file")])
def test_a_reader_that_is_gone_is_no_error(error: Exception) -> None:
    """After a broken pipe the lines end and the run goes on."""

    class Gone(StringIO):
        """A pipe whose reader has left."""

        tries = 0

        def flush(self) -> None:
            """Fail as the operating system does."""
            self.tries += 1
            raise error

    gone = Gone()
    tally = Tally()
    with PlainLines(gone, tally) as plain:
        for event in (started("a"), pulse(6), answer("a"), SweepEnded(9, interrupted=False)):
            plain(event)
    assert gone.tries == 1
    assert tally.done == 1


def test_streams_of_few_letters_are_written_to() -> None:
    """A stream that knows ASCII only gets the other letters escaped."""
    stream = TextIOWrapper(cast("BinaryIO", Bytes()), encoding="ascii")
    plain = PlainLines(stream, Tally())
    plain(EndpointHalted("ü", None, Failure(Cause.AUTH, "no")))
    assert cast("Bytes", stream.buffer).taken == b"halted \\xfc: no\n"


class Bytes:
    """The bytes under a text stream."""

    taken, closed = b"", False

    def writable(self) -> bool:
        """Take bytes."""
        return True

    def readable(self) -> bool:
        """Give none back."""
        return False

    def seekable(self) -> bool:
        """Have no positions."""
        return False

    def write(self, data: bytes) -> int:
        """Keep them."""
        self.taken += data
        return len(data)

    def flush(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


def test_in_flight_is_of_all_endpoints() -> None:
    """Calls in flight are summed over the endpoints."""
    status = GateStatus("a", 3, 8, 0), GateStatus("b", 4, 8, 0)
    assert "in flight 7 " in lines_of(started("a"), pulse(5, *status))[1]


def test_the_eta_waits_for_an_endpoint_that_is_down() -> None:
    """The line of numbers names the endpoint that has to come back, and does not guess."""
    lines = lines_of(started("a"), answer("a"), went_down("openai"), pulse(5))
    assert lines[-1].endswith("failed 0  eta after openai is back")
