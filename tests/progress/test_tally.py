"""The tally counts what landed and tells how fast."""

from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asynceval.domain.events import (
    AnswerLanded,
    EndpointBack,
    EndpointHalted,
    Event,
    GateStatus,
    JudgmentLanded,
    Lane,
    Pulsed,
    SweepEnded,
    SweepStarted,
)
from asynceval.domain.failure import Cause, Failure
from asynceval.domain.imported import FREE, IMPORTED
from asynceval.domain.reply import Reply
from asynceval.domain.sweep import Price
from asynceval.domain.verdict import Score, Unparsed
from asynceval.progress import Tally
from asynceval.progress.cost import cost
from asynceval.progress.tally import cost_of
from tests.progress.feed import (
    JUDGE,
    answer,
    cell,
    failed,
    judgment,
    late,
    pulse,
    retried,
    started,
    went_down,
)

MODELS = ("a", "b")
STEPS = st.one_of(
    st.builds(answer, st.sampled_from(MODELS), stored=st.booleans()),
    st.builds(
        judgment,
        st.sampled_from(MODELS),
        st.one_of(st.floats(1, 10), st.just(Unparsed("no number"))),
        stored=st.booleans(),
    ),
    st.builds(failed, st.sampled_from(MODELS), st.sampled_from(Cause)),
    st.builds(retried, st.sampled_from(MODELS)),
    st.floats(0.01, 30),  # seconds that pass
)


def tally_of(*events: Event) -> Tally:
    """Return a tally that has counted these events."""
    tally = Tally()
    for event in events:
        tally.count(event)
    return tally


@settings(deadline=None)  # other work on the machine is no failure
@given(st.lists(STEPS, max_size=60))
def test_counts_are_what_landed(steps: list[Event | float]) -> None:
    """Done is what landed, stored ones among it, in every lane and overall, and rates are sane."""
    now, events = 0.0, list[Event]()
    for step in steps:
        if isinstance(step, float):
            now += step
        events.append(pulse(now) if isinstance(step, float) else step)
    tally = tally_of(started(*MODELS, total=100), *events)
    landed = [event for event in events if isinstance(event, AnswerLanded | JudgmentLanded)]
    assert tally.done == len(landed)
    assert sum(lane.stored for lane in tally.lanes) == sum(event.stored for event in landed)
    for lane in tally.lanes:
        assert lane.done == sum(event.cell.asked == lane.lane.name for event in landed)
        assert lane.calls == lane.done - lane.stored
    calls, tokens = tally.rates() or (0.0, 0.0)
    assert 0 <= calls <= len(landed)
    assert 0 <= tokens <= 200 * len(landed)
    eta = tally.eta()
    assert eta is None or 0 < eta < inf


@settings(deadline=None)  # other work on the machine is no failure
@given(st.lists(st.tuples(st.sampled_from(MODELS), st.floats(1, 10)), min_size=1))
def test_means_are_of_the_scores(scores: list[tuple[str, float]]) -> None:
    """A judge's mean is that of all its scores, a model's of those it received; no verdict is none."""
    events = [judgment(model, score) for model, score in scores]
    tally = tally_of(started(*MODELS), *events, judgment("a", Unparsed("no number")))
    values = [score for _, score in scores]
    assert tally.lanes[-1].mean == pytest.approx(sum(values) / len(values))
    assert tally.lanes[-1].unparsed == 1
    for lane, model in zip(tally.lanes, MODELS, strict=False):
        own = [score for name, score in scores if name == model]
        assert lane.mean == (pytest.approx(sum(own) / len(own)) if own else None)


@settings(deadline=None)  # other work on the machine is no failure
@given(st.integers(0, 500), st.floats(0.5, 20), st.integers(20, 90))
def test_eta_is_what_is_left_over_the_speed(stored: int, speed: float, seconds: int) -> None:
    """At a steady speed the ETA is right, however many cells were stored before."""
    tally = tally_of(started("a", total=5000), *[answer("a", stored=True)] * stored)
    landed = 0
    tally.count(pulse(0))
    for second in range(1, seconds + 1):
        while landed < int(second * speed):
            landed += 1
            tally.count(answer("a"))
        tally.count(pulse(second))
    for _ in range(tally.lanes[1].lane.total):
        tally.count(judgment("a", 7.0, stored=True))
    eta = tally.eta()
    assert eta is not None
    assert eta == pytest.approx((5000 - stored - landed) / speed, rel=0.15)


def test_no_eta_from_stored_or_first_calls() -> None:
    """The ETA is unknown while nothing but stored cells, or hardly a call, has landed."""
    tally = tally_of(started("a", total=9), *[answer("a", stored=True)] * 5, pulse(0), pulse(9))
    assert tally.eta() is None
    for _ in range(9):
        tally.count(judgment("a", 7.0, stored=True))
    for second in (10, 11):
        tally.count(answer("a"))
        tally.count(pulse(second))
        assert tally.eta() is None
    tally.count(answer("a"))
    assert tally.eta() is not None


def test_eta_waits_for_the_slowest_endpoint() -> None:
    """A fast endpoint with little left does not hide a slow one."""
    tally = tally_of(started("a", total=104), pulse(0))
    for second in range(1, 11):
        tally.count(answer("a"))
        for _ in range(10):
            tally.count(judgment("a", 7.0))
        tally.count(pulse(second))
    assert tally.eta() == pytest.approx(94)


def test_starting_a_server_is_not_slowness() -> None:
    """The time in which nothing is in flight yet does not count into the speed."""
    idle = GateStatus("local", 0, 8, 0)
    tally = tally_of(started("a", total=40), *[judgment("a", 7.0, stored=True)] * 40)
    for second in range(50):
        tally.count(pulse(second, idle))
    for second in range(50, 61):
        tally.count(pulse(second))
        tally.count(answer("a"))
    assert tally.eta() == pytest.approx(29, rel=0.12)


def test_what_cannot_come_is_not_waited_for() -> None:
    """Failed calls, calls not reached and halted lanes leave nothing to wait for."""
    halt = Failure(Cause.AUTH, "the key was refused", 401)
    tally = tally_of(started("a", total=2), failed("a"), failed("a", Cause.NOT_REACHED))
    assert tally.eta() is None
    tally.count(EndpointHalted("openai", None, halt))
    assert tally.eta() == 0
    assert tally.failed == 1


def test_rates_are_of_the_last_ten_seconds() -> None:
    """Rates forget what is older than the window, and are averages once the sweep has ended."""
    tally = tally_of(started("a", total=999), pulse(0), *[answer("a")] * 500)
    for second in range(1, 31):
        tally.count(pulse(second))
        tally.count(answer("a", tokens=50))
    assert list(tally.rates() or ()) == pytest.approx([1.0, 100.0], rel=0.2)
    tally.count(SweepEnded(53.0, interrupted=False))
    assert list(tally.rates() or ()) == pytest.approx([530 / 53, 103_000 / 53])


def test_cost_is_of_this_run_and_of_known_prices() -> None:
    """Only calls of this run to lanes with a price cost; no price at all is not zero dollars."""
    tally = tally_of(started("a", price=Price(10, 20)), answer("a", stored=True), answer("a"))
    tally.count(judgment("a", 7.0))
    assert cost_of(tally.lanes) == pytest.approx(100 * 10e-6 + 100 * 20e-6)
    tally.count(answer("a", tokens=None))
    assert tally.lanes[0].uncounted == 1
    assert cost_of(tally_of(started("a"), answer("a")).lanes) is None


@pytest.mark.parametrize("price", [None, Price(10, 20)])
def test_an_unpriced_judge_of_imported_answers_is_not_told_to_be_free(price: Price | None) -> None:
    """Nothing is paid for what was imported, which says nothing of what the judge takes."""
    lanes = (
        Lane("target", "old", IMPORTED.name, IMPORTED.name, 9, FREE),
        Lane("target", "new", "local", "local", 9, price),
        Lane("judge", JUDGE, "openai", "openai", 18),
    )
    tally = tally_of(SweepStarted("s", "runs/s", lanes), answer("old", stored=True))
    known = price is not None
    assert cost(tally) == ("cost of this run: 0.00 USD, 1 without a price" if known else None)
    tally.count(judgment("old", 7.0))
    assert cost(tally) == ("cost of this run: not known, 1 without a price" if known else None)
    tally.count(answer("new"))
    told = "cost of this run: at least 0.003000 USD, 1 without a price"
    assert cost(tally) == (told if known else None)


def test_cells_outside_the_plan_count_nowhere() -> None:
    """A model or a judge that is not in the plan, and events before it, change nothing."""
    stranger = JudgmentLanded(cell("a", "stranger"), b"k", Reply("x"), Score(3), stored=True)
    tally = tally_of(answer("a"), started("a"), answer("b"), failed("b"), stranger, Pulsed(1, ()))
    assert (tally.done, tally.failed, tally.lanes[0].scores) == (0, 0, 0)


def test_retries_and_failures_are_told_by_cause() -> None:
    """Retries and failures are counted by lane and by cause."""
    tally = tally_of(started("a"), retried("a"), retried("a", Cause.TIMEOUT), failed("a"))
    tally.count(failed("a", Cause.FILTERED, judge="gpt-4o"))
    assert dict(tally.retries) == {Cause.RATE: 1, Cause.TIMEOUT: 1}
    assert dict(tally.failures) == {Cause.SERVER: 1, Cause.FILTERED: 1}
    assert [(lane.retried, lane.failed) for lane in tally.lanes] == [(2, 1), (0, 1)]


def steady(seconds: int) -> list[Event]:
    """Return a sweep of 300 answers and 300 judgments that has gone on for so many seconds."""
    events: list[Event] = [started("a", total=300), pulse(0)]
    for second in range(1, seconds + 1):
        events += [answer("a"), judgment("a", 7.0), pulse(second)]
    return events


def test_no_eta_while_an_endpoint_is_down() -> None:
    """Nobody knows how long an outage lasts; it matters only to cells that are left."""
    tally = tally_of(*steady(10))
    assert tally.eta() is not None
    tally.count(went_down("openai"))
    assert (tally.eta(), tally.awaited) == (None, "openai")
    tally.count(EndpointBack("openai", 5))
    assert tally.eta() is not None
    assert tally.awaited is None
    done = tally_of(started("a", total=1), judgment("a", 7.0), went_down("openai"))
    assert done.awaited is None


def test_no_eta_while_the_disk_is_full() -> None:
    """While nothing can be kept, nothing is sent, and the speed before says nothing."""
    tally = tally_of(*steady(10), pulse(11, GateStatus("local", 0, 8, 5, waits_for="disk")))
    assert tally.eta() is None


def test_speeds_begin_anew_after_a_sleep() -> None:
    """What was measured before the process stood still for long, and while it did, is forgotten."""
    tally = tally_of(*steady(30), late(3630, 3600))
    assert tally.rates() is None
    for event in (answer("a"), judgment("a", 7.0), pulse(3632)):
        tally.count(event)
    assert tally.eta() is None  # one call says nothing yet
    for second in range(3633, 3641):
        tally.count(pulse(second))
        for _ in range(4):
            tally.count(answer("a"))
            tally.count(judgment("a", 7.0))
    tally.count(pulse(3640.5))
    calls, _ = tally.rates() or (0.0, 0.0)
    assert calls == pytest.approx(2 * 33 / 10.5)
    assert tally.eta() == pytest.approx((300 - 63) * 10.5 / 33)


def test_a_short_delay_leaves_the_speeds_alone() -> None:
    """A pulse that comes some seconds late is no reason to forget."""
    assert tally_of(*steady(30), late(34, 4)).eta() is not None
