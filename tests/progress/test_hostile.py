"""Text from outside is shown by the progress and never obeyed, whatever event brings it."""

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
    ConnectionsClosed,
    DefectMet,
    EndpointBack,
    EndpointDown,
    EndpointHalted,
    Event,
    GateStatus,
    JudgmentLanded,
    Lane,
    LeftoverStopped,
    OpenCall,
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
from asynceval.domain.failure import Cause, Failure
from asynceval.domain.reply import Reply
from asynceval.domain.verdict import Unparsed
from asynceval.progress import Dashboard, Tally
from tests.progress.feed import Clock, console, lines_of, screen_of

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
ANSWER = AnswerLanded(PLACE, b"k", Reply(HOSTILE), stored=False)
DOWN = EndpointDown(HOSTILE, FAILURE, 3)
HOSTILE_EVENTS: Sequence[Event] = (
    ServerStarted(HOSTILE, HOSTILE, HOSTILE),
    ServerReady(HOSTILE, HOSTILE, 1),
    ServerEnded(HOSTILE, HOSTILE),
    ServerStopped(HOSTILE),
    LeftoverStopped(HOSTILE, 7),
    PLAN,
    ANSWER,
    JudgmentLanded(JUDGED, b"k", Reply(HOSTILE), Unparsed(HOSTILE), stored=False),
    CallRetried(PLACE, HOSTILE, FAILURE, 1),
    CallFailed(PLACE, HOSTILE, FAILURE),
    EndpointHalted(HOSTILE, None, FAILURE),
    EndpointHalted(HOSTILE, HOSTILE, FAILURE),
    DOWN,
    EndpointBack(HOSTILE, 3),
    BudgetReached(HOSTILE, HOSTILE),
    OtherModelAnswered(HOSTILE, HOSTILE, HOSTILE),
    ConnectionsClosed(HOSTILE),
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
        for each in (PLAN, ANSWER, DOWN, Pulsed(5, (GATE,)), event, Pulsed(6, (GATE,)), event):
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
    both = lines_of(PLAN, DOWN, event)[1:]
    assert not acting("".join(both))
    if isinstance(event, EndpointBack | SweepEnded):
        assert HARMLESS in both[-1]


def acting(text: str) -> list[str]:
    """Return the characters that would act on a terminal or cannot be seen."""
    return re.findall(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\ud800-\udfff]", text)
