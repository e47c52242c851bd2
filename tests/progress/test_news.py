"""What happens is told in words: on the dashboard while it is so, in plain lines once."""

import re
from dataclasses import replace

from asynceval.domain.events import (
    BudgetReached,
    ConnectionsClosed,
    DefectMet,
    EndpointBack,
    EndpointHalted,
    Event,
    GateStatus,
    OtherModelAnswered,
    SweepEnded,
)
from asynceval.domain.failure import Cause, Failure
from asynceval.progress import Dashboard, Tally
from tests.progress.feed import (
    JUDGE,
    Clock,
    cell,
    console,
    failed,
    late,
    lines_of,
    pulse,
    screen_of,
    started,
    text_of,
    waiting,
    went_down,
)

END = SweepEnded(100, interrupted=False)


def seen(*events: Event, width: int = 100) -> str:
    """Return what is on a terminal after these events; the last one of them is drawn."""
    terminal, written = console(width, 30)
    clock = Clock()
    with Dashboard(terminal, Tally(), clock=clock) as dashboard:
        for event in (started("a"), *events):
            clock.next()
            dashboard(event)
        return text_of(screen_of(written.getvalue(), width, 30))


def told(*events: Event) -> list[str]:
    """Return the plain lines about these events, without the plan's and those of numbers."""
    lines = lines_of(started("a"), *events)[1:]
    return [line for line in lines if not re.match(r"\d\d:\d\d  ", line)]


def test_an_outage_is_told_until_it_is_over() -> None:
    """A terminal shows when an endpoint is tried again, and for a moment that it answers again."""
    down = went_down("openai", "no answer", 8)
    assert "openai is down: no answer; trying again in 8 s" in seen(pulse(1), down, pulse(1.2))
    assert "openai is down: no answer; trying again in 5 s" in seen(pulse(1), down, pulse(4))
    assert "openai is down: no answer; trying again now" in seen(pulse(1), down, pulse(9))
    over: list[Event] = [pulse(1), down, EndpointBack("openai", 42)]
    assert "down" not in seen(*over, pulse(2))
    assert "openai answers again after 00:42" in seen(*over, pulse(2))
    assert "answers again" not in seen(*over, pulse(12))
    halt = EndpointHalted("openai", None, Failure(Cause.AUTH, "the key was refused"))
    assert "is down" not in seen(pulse(1), down, halt, pulse(2))


def test_plain_lines_tell_an_outage_once() -> None:
    """One line when it begins and one when it is over, however many probes fail in between."""
    probes = [went_down(wait=wait) for wait in (1, 2, 4, 8)]
    assert told(pulse(1), *probes, EndpointBack("openai", 15), pulse(16)) == [
        "openai is down: no answer; trying again in 1 s",
        "openai answers again after 00:15",
    ]


def test_an_endpoint_that_goes_up_and_down_is_no_flood() -> None:
    """Outages of one endpoint are told five seconds apart, and one that lasts is told at last."""
    flapping: list[Event] = []
    for step in range(100):
        flapping += [pulse(step / 10), went_down(), EndpointBack("openai", 0.1)]
    assert len(told(*flapping)) == 4
    assert told(pulse(0), *flapping, went_down(), pulse(11))[-1].startswith("openai is down")


def test_what_is_down_at_the_end_is_told() -> None:
    """The last frame and the last lines name an endpoint that did not come back."""
    line = "openai was down at the end: no answer"
    assert line in seen(went_down(), pulse(99), END)
    assert line in told(went_down(), pulse(99), END)


def test_a_budget_that_is_reached_is_told_to_the_end() -> None:
    """Each budget is told once, the run's and a judge's."""
    run = BudgetReached(None, "the budget of 5 USD is reached")
    judge = BudgetReached(JUDGE, "the budget of judge gpt-4o is reached")
    assert run.message in seen(run, pulse(1), END)
    assert told(run, judge, run, judge) == [run.message, judge.message]


def test_another_model_is_told_once() -> None:
    """A server that answers in another name is told of once for the model that was asked."""
    first = OtherModelAnswered("openai", "gpt-y", "gpt-x")
    line = "openai answers as gpt-x where gpt-y was asked"
    assert line in seen(first, pulse(1))
    assert told(first, first, replace(first, answered="gpt-z")) == [line]


def test_ports_that_may_run_out_are_told() -> None:
    """A server that closes every connection is told of, with what helps, to the end."""
    closed = ConnectionsClosed("openai")
    line = "openai closes each connection: ports may run out, let it keep them alive"
    assert line in seen(closed, pulse(1), END)
    assert told(closed) == [line]


def test_defects_are_counted() -> None:
    """A defect of ours is told at once, and in the end how many there were."""
    defect = DefectMet(cell("a"), "Traceback")
    one = "1 call failed inside asynceval; the trace is in events.log"
    three = "3 calls failed inside asynceval; the traces are in events.log"
    assert one in seen(defect, pulse(1))
    assert three in seen(defect, defect, defect, pulse(1), END)
    assert told(defect, END) == [one]
    assert told(defect, defect, defect, END) == [one, three]


def test_standing_still_is_told() -> None:
    """A pulse that comes late says for how long, and stays with the count to the end."""
    once = "this process stood still for 3.2 s (busy machine or sleep)"
    twice = "this process stood still 2 times, for 1:00:03 in all (busy machine or sleep)"
    assert once in seen(late(5, 3.2), pulse(99), END)
    assert twice in seen(late(5, 3.2), late(3700, 3600), END)
    assert "still" not in seen(late(5, 0.9))
    assert told(late(5, 3.2), late(8, 2), late(11, 2), late(17, 0.9)) == [
        once,
        "this process stood still for 2.0 s (busy machine or sleep)",
    ]
    assert told(late(5, 3.2), late(3700, 3600), END)[-1] == twice


def test_the_call_that_is_waited_for_the_longest_is_named() -> None:
    """When one call is out for more than a minute, it is told which, and since when."""
    answer = "waiting the longest: question q7 turn 2 of model qwen3-8b, 05:12"
    judged = answer.replace("question", "judge gpt-4o on question")
    assert answer in seen(waiting(400, 312))
    assert judged in seen(waiting(400, 312, JUDGE))
    assert "longest" not in seen(waiting(400, 59))
    assert "longest" not in seen(waiting(400, 312), pulse(401))
    assert told(*[waiting(400 + step / 4, 312) for step in range(200)]) == [answer]
    assert len(told(*[waiting(400 + step / 4, 312) for step in range(480)])) == 2


def test_a_full_disk_is_told() -> None:
    """While calls wait for space on the disk, that is what one reads, again and again."""
    full = GateStatus("openai", 0, 8, 5, waits_for="disk")
    assert "the disk is full: no call is sent" in seen(pulse(1, full))
    assert "disk" not in seen(pulse(1, full), pulse(2))
    assert len(told(*[pulse(step / 4, full) for step in range(200)])) == 4


def test_the_most_pressing_comes_first() -> None:
    """Where there is little room, what is broken is shown and what went well is not."""
    back: list[Event] = [went_down("local"), EndpointBack("local", 2)]
    other = OtherModelAnswered("openai", "gpt-y", "gpt-x")
    lines = seen(*back, other, DefectMet(cell("a"), ""), waiting(5, 90)).splitlines()
    assert [re.split(r"[ :]", line)[0] for line in lines[-4:]] == [
        "1",
        "openai",
        "waiting",
        "local",
    ]


def test_many_sentences_leave_room_for_the_counts() -> None:
    """However much there is to say, what failed is counted in the last line."""
    halts = [
        EndpointHalted(f"server-{n}", None, Failure(Cause.AUTH, "the key was refused"))
        for n in range(20)
    ]
    lines = seen(*halts, failed("a"), pulse(1)).splitlines()
    assert lines[-1] == "failed: server 1"
    assert lines[-2].startswith("halted server-")
