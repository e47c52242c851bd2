"""What happens is told in words: on the dashboard while it is so, in plain lines once."""

import re
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from typing import get_args

import pytest

from asynceval.domain.cell import Cell
from asynceval.domain.events import (
    AnswerLanded,
    BudgetReached,
    CallFailed,
    CallRetried,
    DefectMet,
    EndpointBack,
    EndpointDown,
    EndpointHalted,
    Event,
    GateStatus,
    JudgmentLanded,
    Lane,
    OpenCall,
    OtherModelAnswered,
    Pulsed,
    ServerReady,
    ServerStarted,
    SweepEnded,
    SweepStarted,
    SweepStopping,
)
from asynceval.domain.failure import Cause, Failure
from asynceval.domain.reply import Usage
from asynceval.domain.verdict import Unparsed
from asynceval.progress import Dashboard, Tally
from tests.progress.feed import (
    JUDGE,
    Clock,
    cell,
    console,
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
    over = [pulse(1), down, EndpointBack("openai", 42)]
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
    assert told(late(5, 3.2), late(8, 2), late(11, 2), late(12, 0.9)) == [
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
    """While calls wait for space on the disk, that is what one reads."""
    full = GateStatus("openai", 0, 8, 5, waits_for="disk")
    assert "the disk is full: no call is sent" in seen(pulse(1, full))
    assert "disk" not in seen(pulse(1, full), pulse(2))
    assert len(told(*[pulse(step / 4, full) for step in range(200)])) == 1


def test_the_most_pressing_comes_first() -> None:
    """Where there is little room, what is broken is shown and what went well is not."""
    back = [went_down("local"), EndpointBack("local", 2)]
    other = OtherModelAnswered("openai", "gpt-y", "gpt-x")
    lines = seen(*back, other, DefectMet(cell("a"), ""), waiting(400, 90)).splitlines()
    assert [re.split(r"[ :]", line)[0] for line in lines[-4:]] == ["1", "openai", "waiting", "local"]


HOSTILE = "\x1b[2J\x1b]8;;http://x\x1b\\[/]\x9b1m\u202eegnp\r\n\x07[bold]\u2028\ud83d"
HARMLESS = "␛[2J␛]8;;http://x␛\\[/]\\x9b1m\\u202eegnp␍␊␇[bold]\\u2028\\ud83d"
FAILURE = Failure(Cause.SERVER, HOSTILE, 500)
PLACE = Cell(HOSTILE, HOSTILE, 1, HOSTILE, 0, None)
JUDGED = replace(PLACE, judge=HOSTILE)
GATE = GateStatus(HOSTILE, 1, 2, 3, waits_for="rpm", halted=HOSTILE)
PLAN = SweepStarted(
    HOSTILE,
    HOSTILE,
    (
        Lane("target", HOSTILE, HOSTILE, HOSTILE, 9),
        Lane("judge", HOSTILE, HOSTILE, HOSTILE, 9),
    ),
)
HOSTILE_EVENTS: Sequence[Event] = (
    ServerStarted(HOSTILE, HOSTILE, HOSTILE),
    ServerReady(HOSTILE, HOSTILE, 1),
    PLAN,
    AnswerLanded(PLACE, Usage(1, 1), stored=False),
    JudgmentLanded(JUDGED, Usage(1, 1), Unparsed(HOSTILE), stored=False),
    CallRetried(PLACE, HOSTILE, FAILURE, 1),
    CallFailed(PLACE, HOSTILE, FAILURE),
    EndpointHalted(HOSTILE, None, FAILURE),
    EndpointHalted(HOSTILE, HOSTILE, FAILURE),
    EndpointDown(HOSTILE, FAILURE, 3),
    EndpointBack(HOSTILE, 3),
    BudgetReached(HOSTILE, HOSTILE),
    OtherModelAnswered(HOSTILE, HOSTILE, HOSTILE),
    DefectMet(PLACE, HOSTILE),
    Pulsed(9, (GATE,), OpenCall(JUDGED, 99), 3),
    SweepStopping(1, 10),
    SweepEnded(10, interrupted=True),
)
QUIET = (AnswerLanded, JudgmentLanded, CallRetried, CallFailed, DefectMet, SweepStopping)
"""Events of whose texts the progress shows nothing."""


def test_every_event_that_has_texts_is_tried() -> None:
    """The hostile events are of all kinds, and hostile in each text that they have."""
    assert {type(event) for event in HOSTILE_EVENTS} == set(get_args(Event))
    for event in HOSTILE_EVENTS:
        assert is_dataclass(event)
        texts = [getattr(event, field.name) for field in fields(event) if "str" in str(field.type)]
        assert all(text in (HOSTILE, None) for text in texts if not isinstance(text, tuple))


@pytest.mark.parametrize("event", HOSTILE_EVENTS, ids=lambda event: type(event).__name__)
@pytest.mark.parametrize("size", [(200, 60), (80, 24), (40, 12), (20, 5)], ids=str)
def test_hostile_texts_do_nothing_on_a_terminal(event: Event, size: tuple[int, int]) -> None:
    """What would act on a terminal, turn text round or be markup is shown, whatever event holds it."""
    terminal, written = console(*size)
    clock = Clock()
    with Dashboard(terminal, Tally(), clock=clock) as dashboard:
        for each in (PLAN, event, Pulsed(10, (GATE,)), event):
            clock.next()
            dashboard(each)
    bare = re.sub(r"\x1b\[[\d;?]*[mhlAK]", "", written.getvalue())
    assert not acting(bare)
    assert screen_of(written.getvalue(), *size).title == ""


@pytest.mark.parametrize("event", HOSTILE_EVENTS, ids=lambda event: type(event).__name__)
def test_hostile_texts_do_nothing_in_plain_lines(event: Event) -> None:
    """Each event is at most a line, or its numbers, and nothing in it acts or is lost."""
    lines = lines_of(PLAN, event)[1:]
    assert not acting("".join(lines))
    told = [line for line in lines if HARMLESS in line]
    if not isinstance(event, QUIET):
        assert told or isinstance(event, EndpointBack | SweepEnded)
    assert len(told) <= 1
    both = lines_of(PLAN, EndpointDown(HOSTILE, FAILURE, 3), event)[1:]
    assert not acting("".join(both))
    if isinstance(event, EndpointBack | SweepEnded):
        assert HARMLESS in both[-1]


def acting(text: str) -> list[str]:
    """Return the characters that would act on a terminal or cannot be seen."""
    return re.findall(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\ud800-\udfff]", text)
