"""What held the calls back is named, in seconds and as a share of the time."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asynceval.domain.events import EndpointHalted, Event, GateStatus, SweepEnded, Wait
from asynceval.domain.failure import Cause, Failure
from asynceval.progress import Tally
from asynceval.progress.busiest import Busiest
from asynceval.progress.frame import frame
from asynceval.progress.held import UNHELD, WORDS, held
from tests.progress.feed import answer, judgment, late, lines_of, pulse, started

WAITS = get_args(Wait)


def gate(name: str, wait: Wait | None, *, tpm: float | None = None) -> GateStatus:
    """Return a gate whose next call waits for something, or for nothing."""
    return GateStatus(name, 3, 8, 5 if wait else 0, 500, tpm, waits_for=wait)


def waited(*waits: tuple[float, Wait | None], gate_name: str = "openai") -> Tally:
    """Return a tally of a sweep in which calls waited so long for these, one after the other."""
    tally = Tally()
    tally.count(started("a"))
    tally.count(answer("a"))
    now = 0.0
    for seconds, wait in waits:
        now += seconds
        tally.count(pulse(now, gate(gate_name, wait)))
    return tally


@settings(deadline=None)  # other work on the machine is no failure
@given(st.lists(st.tuples(st.floats(0.01, 60), st.sampled_from([*WAITS, None])), min_size=1))
def test_waits_add_up_to_the_time_there_was(waits: list[tuple[float, Wait | None]]) -> None:
    """Each limit has the seconds that were waited for it, and the shares are of the whole time."""
    tally = waited(*waits)
    whole = sum(seconds for seconds, _ in waits)
    for wait in WAITS:
        seconds = sum(seconds for seconds, what in waits if what == wait)
        assert tally.waits()["openai"].get(wait, 0.0) == pytest.approx(seconds)
        assert tally.share("openai", wait) == pytest.approx(seconds / whole)


def test_gates_wait_each_for_itself() -> None:
    """Two gates wait for different limits at the same time."""
    tally = Tally()
    for second in range(5):
        tally.count(pulse(second, gate("one", "rpm"), gate("two", "tpm" if second > 2 else None)))
    assert tally.waits() == {"one": {"rpm": 4.0}, "two": {"tpm": 2.0}}


def test_time_in_which_the_process_stood_still_is_no_wait() -> None:
    """An hour of sleep is counted neither as a wait nor as time."""
    tally = Tally()
    for event in (pulse(0), pulse(10), late(3620, 3600)):
        tally.count(event)
    assert tally.waits()["openai"]["rpm"] == pytest.approx(20)
    assert tally.share("openai", "rpm") == pytest.approx(1)


def test_the_present_limit_is_shown_with_its_share() -> None:
    """The row of an endpoint names what is waited for now, and for how much of the time it was."""
    tally = waited((17, None), (83, "rpm"))
    row = next(line for line in shown(tally, 120) if line.startswith("openai"))
    assert row.split()[-5:] == ["rpm", "83", "%", "500", "·"]
    tally.count(pulse(101, gate("openai", None)))
    assert "%" not in next(line for line in shown(tally, 120) if line.startswith("openai"))


def test_the_tokens_a_minute_go_first_when_there_is_little_room() -> None:
    """The limit of tokens is beside that of requests; it goes first, and then the share."""
    tally = waited((17, None))
    tally.count(pulse(100, gate("openai", "tpm", tpm=2e6)))
    wide, middle, narrow = (
        next(line for line in shown(tally, width) if line.startswith("endpoints")).split()
        for width in (120, 80, 70)
    )
    assert wide[-4:] == ["time", "rpm", "tpm", "429s"]
    assert middle[-3:] == ["time", "rpm", "429s"]
    assert narrow[-3:] == ["for", "rpm", "429s"]
    row = next(line for line in shown(tally, 120) if line.startswith("openai"))
    assert row.split()[-3:] == ["500", "2,000,000", "·"]


def shown(tally: Tally, width: int = 120) -> list[str]:
    """Return the lines of a frame."""
    return [line.plain for line in frame(tally, Busiest(), width, 40)]


def test_the_end_says_what_held_the_calls_back() -> None:
    """One line for each gate that waited notably, with what can be done about the longest wait."""
    tally = waited((18, None), (252, "rpm"), (31, "in flight"), (9, "tpm"))
    line = "openai: calls waited for rpm 04:12 (81 %), for a place in flight 00:31 (10 %)"
    advice = "; rpm: the account's limit of requests a minute"
    assert held(tally) == [(line, advice)]
    assert not any("waited" in text for text in shown(tally))
    tally.count(SweepEnded(310, interrupted=False))
    assert line + advice in shown(tally, 140)
    assert line in shown(tally, 80)  # advice only where it fits whole


def test_the_end_is_told_in_plain_lines_too() -> None:
    """The last lines without a terminal say it, advice included."""
    events: list[Event] = [started("a"), answer("a"), pulse(10), SweepEnded(10, interrupted=False)]
    local, openai = lines_of(*events)[-2:]
    line = "calls waited for a place in flight 00:10 (100 %)"
    assert local == f"local: {line}; in flight: raise parallel if the server can take more"
    line = "calls waited for rpm 00:10 (100 %)"
    assert openai == f"openai: {line}; rpm: the account's limit of requests a minute"


def test_nothing_held_the_calls_back() -> None:
    """Short waits are no reason; where no call was made there is nothing to say."""
    tally = waited((96, None), (4, "in flight"))
    assert held(tally) == [(UNHELD, "")]
    stored = Tally()
    for event in (started("a"), judgment("a", 7.0, stored=True), pulse(9, gate("openai", "rpm"))):
        stored.count(event)
    assert held(stored) == []


def test_after_a_halt_it_is_not_said_that_nothing_held_the_calls_back() -> None:
    """Where a model or its endpoint takes no more calls, that is what held back the rest."""
    tally = waited((100, None))
    tally.count(EndpointHalted("openai", None, Failure(Cause.AUTH, "wrong key", 401)))
    assert held(tally) == []


@pytest.mark.parametrize("wait", WAITS)
def test_each_wait_has_words(wait: Wait) -> None:
    """Whatever is waited for, it is named with something that one can do or know."""
    ((line, advice),) = held(waited((10, wait)))
    name, hint = WORDS[wait]
    assert line == f"openai: calls waited for {name} 00:10 (100 %)"
    assert advice == f"; {wait}: {hint}"
    assert hint


def test_many_gates_are_summed() -> None:
    """On a terminal the gates that waited longest are told, and how many more there are."""
    tally = Tally()
    tally.count(started("a"))
    tally.count(answer("a"))
    for second in range(1, 21):
        names = [gate(f"server-{n:02}", "rpm" if second <= n else None) for n in range(20)]
        tally.count(pulse(second, *names))
    lines = [line for line, _ in held(tally, 4)]
    assert [line.split(":")[0] for line in lines[:3]] == ["server-19", "server-18", "server-17"]
    assert lines[3:] == ["calls waited at 16 more endpoints"]
    assert len(held(tally)) == 19
