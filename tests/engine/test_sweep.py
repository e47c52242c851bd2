"""Check that a plan is held as the protocol says, with no call too many and no time lost."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from anyio import CancelScope, create_task_group, current_time

from asynceval.domain.events import AnswerLanded, CallFailed, Event, JudgmentLanded, Lane
from asynceval.domain.failure import Cause
from asynceval.domain.question import Question
from asynceval.domain.reply import Usage
from asynceval.domain.sweep import Budget, Endpoint, Judge, Only, Target
from asynceval.domain.verdict import Score
from asynceval.engine.transport import Response
from asynceval.protocol.conversation import Plan
from tests.engine.fakes import (
    ENDPOINT,
    Asked,
    FakeTransport,
    Rig,
    completion,
    content,
    plan,
    refusal,
    rig,
    talk,
)
from tests.virtual_time import run

WIDE = Endpoint("house", "http://house.test", parallel=50)


def is_judge(asked: Asked) -> bool:
    return asked.model.startswith("judge")


def never_the_same(asked: Asked) -> Response:
    """Answer as `talk`, but so that no two answers are equal, and so no two judgments are."""
    return talk(asked) if is_judge(asked) else completion(f"Answer {asked.number}.")


def turn(asked: Asked) -> int:
    """Which turn a target is asked for."""
    return len([m for m in asked.body["messages"] if m["role"] == "user"])


def done(r: Rig) -> Counter[str]:
    """How many cells were told as filled, by kind and whether they were there before."""
    return Counter(
        f"{'stored' if event.stored else 'paid'} {event.cell.kind}"
        for event in r.told(AnswerLanded, JudgmentLanded)
    )


def test_exactly_the_expected_calls(tmp_path: Path) -> None:
    """Every target is asked every turn once, and every judge judges every answer once."""
    wanted = plan(3, targets=("a", "b"), judges=("judge-1", "judge-2"))
    with rig(tmp_path) as r:
        sweep = run(r.hold, wanted)
        assert len(r.store) == 36
    assert Counter(r.transport.models()) == {"a": 6, "b": 6, "judge-1": 12, "judge-2": 12}
    assert len({asked.request.body for asked in r.transport.asked}) == 36
    assert sweep.filled == 36
    assert sweep.lanes() == (
        Lane("target", "a", "house", "house", 6),
        Lane("target", "b", "house", "house", 6),
        Lane("judge", "judge-1", "house", "house", 12),
        Lane("judge", "judge-2", "house", "house", 12),
    )
    assert done(r) == {"paid answer": 12, "paid judgment": 24}
    assert {event.verdict for event in r.told(JudgmentLanded)} == {Score(7.0)}
    assert {event.reply.usage for event in r.told(AnswerLanded)} == {Usage(11, 7)}


def test_the_conversation_on_the_wire(tmp_path: Path) -> None:
    """Turn 2 shows the target its own first answer; the judge of turn 2 sees the whole of it."""
    target = Target("shown", "house", "wire", max_tokens=99, system="Be brief.")
    with rig(tmp_path) as r:
        run(r.hold, plan(1, targets=(target,)))
    first, second = (asked for asked in r.transport.asked if not is_judge(asked))
    system = {"role": "system", "content": "Be brief."}
    assert first.body == {
        "model": "wire",
        "messages": [system, {"role": "user", "content": "First 0?"}],
        "temperature": 0.7,
        "max_tokens": 99,
    }
    assert second.body["messages"] == [
        *first.body["messages"],
        {"role": "assistant", "content": "wire on First 0?"},
        {"role": "user", "content": "Second 0?"},
    ]
    early, late = (asked.texts[-1] for asked in r.transport.asked if is_judge(asked))
    assert "wire on First 0?" in early
    assert "Second 0?" not in early
    assert all(part in late for part in ("First 0?", "wire on First 0?", "wire on Second 0?"))


def test_turn_1_is_judged_while_turn_2_generates(tmp_path: Path) -> None:
    """The judgment of an answer and the next turn are on the wire at the same time."""
    with rig(tmp_path) as r:
        run(r.hold, plan(1))
    starts = [(round(asked.at, 3), is_judge(asked)) for asked in r.transport.asked]
    assert sorted(starts) == [(0, False), (1, False), (1, True), (2, True)]


def test_a_failed_turn_ends_its_conversation(tmp_path: Path) -> None:
    """When turn 1 fails, no turn 2 and no judge is asked about it; other conversations go on."""

    def answer(asked: Asked) -> Response:
        return refusal(400) if asked.texts == ["First 0?"] else talk(asked)

    with rig(tmp_path, FakeTransport(answer)) as r:
        sweep = run(r.hold, plan(2))
    assert Counter(r.transport.models()) == {"target": 3, "judge": 2}
    assert sweep.filled == 4
    failed, *lost = r.told(CallFailed)
    assert failed.failure.cause is Cause.REQUEST
    # The judgment of turn 1, and turn 2 with its own.
    assert [(e.cell.turn, e.cell.judge) for e in lost] == [(1, "judge"), (2, None), (2, "judge")]
    assert {event.failure.cause for event in lost} == {Cause.NOT_REACHED}
    assert len(r.failures()) == 1


@pytest.mark.parametrize("only", [None, "answers"])
def test_every_cell_is_told_once(tmp_path: Path, only: Only | None) -> None:
    """Whatever fails, each cell of the lanes is told as filled or as failed, once."""

    def answer(asked: Asked) -> Response:
        is_unlucky = asked.number % 3 == 0 or asked.texts == ["First 0?"]
        return refusal(400) if is_unlucky else never_the_same(asked)

    with rig(tmp_path, FakeTransport(answer)) as r:
        sweep = run(r.hold, plan(5, targets=("a", "b"), judges=("judge-1", "judge-2")), only)
    told = Counter(event.cell for event in r.told(AnswerLanded, JudgmentLanded, CallFailed))
    assert set(told.values()) == {1}
    assert len(told) == sum(lane.total for lane in sweep.lanes())


def test_a_failed_judgment_ends_nothing(tmp_path: Path) -> None:
    """When a judgment fails, the conversation and its other judgments go on."""

    def answer(asked: Asked) -> Response:
        return refusal(400) if asked.model == "judge-1" else talk(asked)

    with rig(tmp_path, FakeTransport(answer)) as r:
        sweep = run(r.hold, plan(1, judges=("judge-1", "judge-2")))
    assert Counter(r.transport.models()) == {"target": 2, "judge-1": 2, "judge-2": 2}
    assert sweep.filled == 4


def test_choices_and_repeats(tmp_path: Path) -> None:
    """Each choice is a conversation of its own, and each repeat a judgment of its own."""
    judge = Judge("judge", "house", "judge", repeats=2)
    with rig(tmp_path, FakeTransport(never_the_same)) as r:
        sweep = run(r.hold, plan(2, judges=(judge,), choices=3))
        cells = {record.cell for record in r.store.records()}
    assert Counter(r.transport.models()) == {"target": 12, "judge": 24}
    assert len(cells) == 36
    assert {cell.choice for cell in cells} == {0, 1, 2}
    assert sweep.filled == sum(lane.total for lane in sweep.lanes()) == 36


def test_temperature_by_category(tmp_path: Path) -> None:
    """A target's temperature is its own, else the question's, else its category's."""
    questions = [
        Question("w", "writing", ("w?",)),
        Question("m", "math", ("m?",)),
        Question("s", "stem", ("s?",)),
        Question("x", "my own", ("x?",)),
        Question("t", "writing", ("t?",), temperature=0.33),
    ]
    cold = Target("cold", "house", "cold", temperature=0.25)
    with rig(tmp_path) as r:
        run(r.hold, plan(questions, targets=("warm", cold)))
    temperatures = {(a.model, a.texts[-1]): a.body["temperature"] for a in r.transport.asked}
    assert [temperatures["warm", f"{q.id}?"] for q in questions] == [0.7, 0.0, 0.1, 0.7, 0.33]
    assert {temperatures["cold", f"{q.id}?"] for q in questions} == {0.25}
    assert {a.body["temperature"] for a in r.transport.asked if is_judge(a)} == {0.0}


def test_references_reach_the_judge(tmp_path: Path) -> None:
    """A question's reference is shown to its judges, and to no target."""
    question = Question("q", "math", ("1+1?", "2+2?"), reference=("TWO", "FOUR"))
    with rig(tmp_path) as r:
        run(r.hold, plan([question]))
    shown = [[w for w in ("TWO", "FOUR") if w in str(a.texts)] for a in r.transport.asked]
    judged = [is_judge(asked) for asked in r.transport.asked]
    assert sorted(zip(judged, shown, strict=True)) == [
        (False, []),
        (False, []),
        (True, ["TWO"]),
        (True, ["TWO", "FOUR"]),
    ]


def test_thinking_is_not_passed_on(tmp_path: Path) -> None:
    """A model's thinking is kept in the record, and hidden from turn 2 and from the judge."""

    def answer(asked: Asked) -> Response:
        return talk(asked) if is_judge(asked) else completion("<think>HIDDEN</think>\n\nShown.")

    with rig(tmp_path, FakeTransport(answer)) as r:
        run(r.hold, plan(1))
        texts = [x.reply.text for x in r.store.records() if x.cell.judge is None]
    assert "HIDDEN" not in str([asked.texts for asked in r.transport.asked])
    assert r.transport.asked[1].texts[1] == "Shown."
    assert texts == ["<think>HIDDEN</think>\n\nShown."] * 2


def test_one_limit_for_targets_and_judges(tmp_path: Path) -> None:
    """Targets and judges on one endpoint share its limit, and use all of it."""
    with rig(tmp_path) as r:
        run(r.hold, plan(20, targets=("a", "b", "c"), judges=("judge-1", "judge-2")))
    assert list(r.transport.peak.values()) == [ENDPOINT.most_in_flight]


def test_each_endpoint_has_its_own_limit(tmp_path: Path) -> None:
    """Endpoints are limited one by one, and each is used up to its limit."""
    ends = (Endpoint("a", "http://a.test", parallel=3), Endpoint("b", "http://b.test", parallel=5))
    judge = Judge("judge", "b", "judge", repeats=4)
    with rig(tmp_path, None, *ends) as r:
        run(r.hold, plan(30, judges=(judge,), endpoints=ends))
    assert sorted(r.transport.peak.values()) == [3, 5]


def test_few_conversations_are_half_paid(tmp_path: Path) -> None:
    """Started conversations go first: at no moment are many more open than can be in flight."""
    open_now, most = set[str](), 0

    def answer(asked: Asked) -> Response:
        nonlocal most
        name = next(w for w in asked.texts[0 if not is_judge(asked) else -1].split() if w[0] == "#")
        if is_judge(asked) and "Second" in asked.texts[-1]:
            open_now.discard(name)
        else:
            open_now.add(name)
        most = max(most, len(open_now))
        return talk(asked)

    questions = [Question(f"{n}", "x", (f"First #{n} ?", f"Second #{n} ?")) for n in range(60)]
    with rig(tmp_path, FakeTransport(answer)) as r:
        run(r.hold, plan(questions))
    # The first call goes ahead of the others, which leaves room for more conversations.
    assert most <= ENDPOINT.most_in_flight + 3


@pytest.mark.parametrize("is_apart", [False, True])
def test_no_time_is_lost(tmp_path: Path, *, is_apart: bool) -> None:
    """At 50 in flight and constant latency, the sweep takes what its busiest endpoint must take."""
    judge_end = Endpoint("judges", "http://judges.test", parallel=50)
    ends = (WIDE, judge_end) if is_apart else (WIDE,)
    judge = Judge("judge", ends[-1].name, "judge")

    async def main() -> float:
        await r.hold(plan(500, targets=("a", "b"), judges=(judge,), endpoints=ends))
        return current_time()

    with rig(tmp_path, None, *ends) as r:
        seconds = run(main)
    calls = 2000 if is_apart else 4000
    # On one endpoint others fill the places; apart, the last turn 2 and its judgment may trail.
    assert calls / 50 <= seconds <= 1.02 * calls / 50 + 1 + 2 * is_apart


def test_no_time_is_lost_to_uneven_latency(tmp_path: Path) -> None:
    """With latencies from 0.5 to 4 s no place in flight is ever empty until the end."""

    def latency(asked: Asked) -> float:
        return 0.5 + 3.5 * (asked.number * 37 % 100) / 100

    async def main() -> float:
        await r.hold(plan(500, targets=("a", "b"), endpoints=(WIDE,)))
        return current_time()

    with rig(tmp_path, FakeTransport(latency=latency), WIDE) as r:
        seconds = run(main)
    work = sum(latency(asked) for asked in r.transport.asked)
    # Graham's bound for list scheduling: the work spread evenly, and the longest chain.
    assert work / 50 <= seconds <= 1.02 * (work / 50) + 3 * 4


def test_a_budget_is_spent_on_all_targets_alike(tmp_path: Path) -> None:
    """What a small budget leaves undone is as much of one target as of another."""
    many = Endpoint("many", "http://many.test", parallel=500)
    targets = [Target(name, "many", name, max_tokens=1000) for name in "abc"]
    what = plan(40, targets=targets, endpoints=(many,))
    # Enough for half of the first turns at the worst, so the others wait.
    limited = replace(what, sweep=replace(what.sweep, budget=Budget(tokens=70_000)))
    usage = {"prompt_tokens": 20, "completion_tokens": 300}
    long = FakeTransport(lambda _: completion("Rating: [[7]]", usage=usage))
    with rig(tmp_path, long, many, wanted=limited.sweep) as r:
        run(r.hold, limited)
        asked = Counter(record.cell.target for record in r.store.records())
    assert max(asked.values()) < 160
    assert max(asked.values()) - min(asked.values()) <= 40


def test_a_slow_target_holds_up_nobody(tmp_path: Path) -> None:
    """A target that is 20 times slower, on its own endpoint, does not slow the others down."""
    ends = (WIDE, Endpoint("slow", "http://slow.test", parallel=2))
    finished: dict[str, float] = {}

    def answer(asked: Asked) -> Response:
        finished[asked.model] = current_time()
        return talk(asked)

    def latency(asked: Asked) -> float:
        return 20.0 if asked.model == "slow" else 1.0

    wanted = plan(100, targets=("fast", Target("slow", "slow", "slow")), judges=(), endpoints=ends)
    with rig(tmp_path, FakeTransport(answer, latency), *ends) as r:
        run(r.hold, wanted)
    assert finished["fast"] <= 100 * 2 / 50 + 2
    assert finished["slow"] == pytest.approx(100 * 2 * 20 / 2, rel=0.02)


def test_finished_lanes_leave_their_share(tmp_path: Path) -> None:
    """One target more, after nine that are done, gets the whole window and loses no time."""
    nine = [f"t{n}" for n in range(9)]

    async def main() -> float:
        await second.hold(plan(200, targets=(*nine, "new"), judges=(), endpoints=(WIDE,)))
        return current_time()

    with rig(tmp_path, None, WIDE) as first:
        run(first.hold, plan(200, targets=nine, judges=(), endpoints=(WIDE,)))
    with rig(tmp_path, None, WIDE) as second:
        assert run(main) <= 200 * 2 / 50 + 2
    assert second.transport.models() == ["new"] * 400


@pytest.mark.parametrize("is_hard", [False, True])
def test_ended_anywhere_and_run_again(tmp_path: Path, *, is_hard: bool) -> None:
    """Stopped or cancelled after any call, running it again ends as an unbroken run does."""
    wanted = plan(3, targets=("a", "b"), judges=("judge",))
    ends = (Endpoint("house", "http://house.test", parallel=3),)
    with rig(make(tmp_path / "whole"), None, *ends) as r:
        run(r.hold, wanted)
    whole = content(tmp_path / "whole")
    assert len(whole) == len(r.transport.asked) == 24

    for k in range(25):
        folder = make(tmp_path / f"{k}")
        with rig(folder, FakeTransport(latency=uneven), *ends) as first:
            run(ended_after, first, wanted, k, is_hard)
            kept = {record.key for record in first.store.records()}
            assert min(k, 24) <= len(kept)
            assert first.failures() == []
        with rig(folder, FakeTransport(latency=uneven), *ends) as second:
            sweep = run(second.hold, wanted)
            assert second.store.notices == ()
        again = {a.request.headers["Idempotency-Key"] for a in second.transport.asked}
        assert not again & {key.hex() for key in kept}, f"paid twice after {k}"
        assert len(second.transport.asked) == len(again) == 24 - len(kept)
        assert content(folder) == whole
        assert sweep.filled == 24
        assert done(second) == Counter(
            {
                "stored answer": sum(x.cell.judge is None for x in whole if x.key in kept),
                "stored judgment": sum(x.cell.judge is not None for x in whole if x.key in kept),
                "paid answer": sum(x.cell.judge is None for x in whole if x.key not in kept),
                "paid judgment": sum(x.cell.judge is not None for x in whole if x.key not in kept),
            }
        )


def make(folder: Path) -> Path:
    folder.mkdir()
    return folder


def uneven(asked: Asked) -> float:
    """Let no two calls end at the same time."""
    return 1 + asked.number / 7 % 1


async def ended_after(r: Rig, wanted: Plan, k: int, is_hard: bool) -> None:
    """Run until `k` calls have landed; then stop, or cancel everything."""
    with CancelScope() as scope:

        def count(_: Event | None) -> None:
            if len(r.store) >= k:
                if is_hard:
                    scope.cancel()
                else:
                    r.request_stop()

        if k == 0:
            count(None)
        r.listen(count)
        await r.hold(wanted)


@pytest.mark.parametrize("only", [None, "answers", "judgments"])
def test_nothing_to_do(tmp_path: Path, only: Only | None) -> None:
    """A sweep that is all in the store makes no call, connects to nothing, and is complete."""
    with rig(tmp_path) as first:
        run(first.hold, plan(3))
        assert first.connections > 0
    with rig(tmp_path) as second:
        sweep = run(second.hold, plan(3), only)
    assert (second.transport.asked, second.connections) == ([], 0)
    assert sweep.filled == sum(lane.total for lane in sweep.lanes())
    if only is None:
        assert done(second) == {"stored answer": 6, "stored judgment": 6}


def test_only_answers_then_only_judgments(tmp_path: Path) -> None:
    """The two stages, one after the other, are the whole sweep."""
    wanted = plan(3, targets=("a", "b"))
    with rig(tmp_path) as first:
        answers = run(first.hold, wanted, "answers")
    assert set(first.transport.models()) == {"a", "b"}
    assert answers.filled == sum(lane.total for lane in answers.lanes()) == 12
    with rig(tmp_path) as second:
        judgments = run(second.hold, wanted, "judgments")
        assert len(second.store) == 24
    assert second.transport.models() == ["judge"] * 12
    assert judgments.filled == sum(lane.total for lane in judgments.lanes()) == 24
    assert done(second) == {"stored answer": 12, "paid judgment": 12}


def test_only_judgments_of_what_is_there(tmp_path: Path) -> None:
    """Where an answer is missing, a sweep of judgments judges what comes before it."""

    def answer(asked: Asked) -> Response:
        return refusal(400) if turn(asked) == 2 else talk(asked)

    with rig(tmp_path, FakeTransport(answer)) as first:
        run(first.hold, plan(2), "answers")
    with rig(tmp_path) as second:
        run(second.hold, plan(4), "judgments")
    assert second.transport.models() == ["judge"] * 2


def test_only_judgments_with_nothing_there(tmp_path: Path) -> None:
    """With no answer in the store, a sweep of judgments connects to nothing."""
    with rig(tmp_path) as r:
        sweep = run(r.hold, plan(2), "judgments")
    assert (r.transport.asked, r.connections, sweep.filled) == ([], 0, 0)


def test_a_wider_plan_pays_what_is_new(tmp_path: Path) -> None:
    """A model, a judge, a choice and a question more: only their cells are paid."""
    with rig(tmp_path, FakeTransport(never_the_same)) as first:
        run(first.hold, plan(2))
    with rig(tmp_path, FakeTransport(lambda a: completion(f"More {a.number}: [[7]]"))) as second:
        wider = plan(3, targets=("target", "more"), judges=("judge", "judge-2"), choices=2)
        run(second.hold, wider)
        assert len(second.store) == 3 * 2 * 2 * 2 * 3
    assert len(second.transport.asked) == 72 - 8


def test_equal_answers_are_judged_once(tmp_path: Path) -> None:
    """Two choices that came out the same are one call to the judge, and both cells are filled."""
    with rig(tmp_path) as r:
        sweep = run(r.hold, plan(1, choices=2))
    assert Counter(r.transport.models()) == {"target": 4, "judge": 2}
    assert sweep.filled == 8


def test_equal_questions_are_paid_once(tmp_path: Path) -> None:
    """Two questions with the same text are one call, and both cells are filled."""
    twins = [Question("a", "writing", ("Same?",)), Question("b", "writing", ("Same?",))]
    with rig(tmp_path) as r:
        sweep = run(r.hold, plan(twins))
    assert len(r.transport.asked) == 2
    assert sweep.filled == 4


def test_connected_before_the_first_call(tmp_path: Path) -> None:
    """Nothing is asked before the endpoints are ready."""

    async def main() -> None:
        sweep = r.sweep(plan(5))

        async def refuse() -> None:
            raise OSError("no server")

        sweep._connect = refuse
        with pytest.raises(ExceptionGroup):
            await sweep.run()

    with rig(tmp_path) as r:
        run(main)
    assert r.transport.asked == []


def test_a_sweep_that_is_stopped_before_it_starts(tmp_path: Path) -> None:
    """After a stop no conversation begins."""

    async def main() -> None:
        r.request_stop()
        async with create_task_group() as tasks:
            tasks.start_soon(r.hold, plan(5))

    with rig(tmp_path) as r:
        run(main)
    assert (r.transport.asked, r.events) == ([], [])
